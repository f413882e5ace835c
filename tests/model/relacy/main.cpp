// Runs the protocol's templates under relacy.
//
//     relacy_model pass SCENARIO          the templates as they are: no failure may be found; "all" for each scenario
//     relacy_model weaken SCENARIO SITE   one memory order or fence taken away: the scenario must notice, and is shown
//     relacy_model weaken_all FILE        the same for every order in FILE that is not spare
//     relacy_model sites FILE             every order that is met must be listed in FILE
#include "keyword_scenarios.hpp"
#include "lock_scenarios.hpp"
#include "semaphore_scenarios.hpp"
#include "slots_scenarios.hpp"
#include "takeover_scenarios.hpp"
#include "wait_scenarios.hpp"

namespace dao::model
{
namespace
{

struct Scenario
{
    const char *name;
    bool (*run)(rl::test_params &);
};

// What relacy writes to has memory of its own: what `new` gives inside a context, nobody may give back after it.
using Text = rl::ostringstream;

// rl::simulate without its other two schedulers, which triple the time to compile. Prints the history of a failure.
template <class Suite>
bool watch(rl::test_params &parameters)
{
    using Scheduler = rl::random_scheduler<Suite::params::thread_count>;
    Text state;
    if (rl::run_test<Suite, Scheduler>(parameters, state, false) == rl::test_result_success)
        return true;
    parameters.collect_history = true;
    parameters.initial_state = state.str();
    Text end_state;
    rl::run_test<Suite, Scheduler>(parameters, end_state, true);
    return false;
}

constexpr Scenario scenarios[] = {
    {"read_newest_1", watch<ReadNewest<1>>},
    {"read_newest_2", watch<ReadNewest<2>>},
    {"read_newest_3", watch<ReadNewest<3>>},
    {"look_in_place_1", watch<LookInPlace<1>>},
    {"look_in_place_2", watch<LookInPlace<2>>},
    {"read_next_1", watch<ReadNext<1>>},
    {"read_next_2", watch<ReadNext<2>>},
    {"read_next_3", watch<ReadNext<3>>},
    {"quiet_write", watch<QuietWrite>},
    {"quiet_then_publish", watch<QuietThenPublish>},
    {"reuse_1", watch<Reuse<1>>},
    {"reuse_2", watch<Reuse<2>>},
    {"published_word", watch<PublishedWord>},
    {"counters_begin_anew", watch<CountersBeginAnew>},
    {"reuse_slot_1", watch<ReuseSlot<1>>},
    {"reuse_slot_2", watch<ReuseSlot<2>>},
    {"abandoned_1", watch<Abandoned<1>>},
    {"abandoned_2", watch<Abandoned<2>>},
    {"one_at_a_time", watch<OneAtATime>},
    {"seized", watch<Seized>},
    {"packets_1", watch<Packets<1>>},
    {"packets_2", watch<Packets<2>>},
    {"packets_and_finalise", watch<PacketsAndFinalise>},
    {"takeover_1", watch<Takeover<1>>},
    {"takeover_2", watch<Takeover<2>>},
    {"takeover_3", watch<Takeover<3>>},
    {"reuse_takeover_1", watch<ReuseTakeover<1>>},
    {"reuse_takeover_2", watch<ReuseTakeover<2>>},
    {"one_waker_one_sleeper", watch<NoWakeUpIsLost<1, 1>>},
    {"one_waker_two_sleepers", watch<NoWakeUpIsLost<1, 2>>},
    {"after_exchange_one_sleeper", watch<NoWakeUpIsLost<1, 1, true>>},
    {"after_exchange_two_sleepers", watch<NoWakeUpIsLost<1, 2, true>>},
    {"two_wakers_one_sleeper", watch<NoWakeUpIsLost<2, 1>>},
    {"timed_sleep_beside_another", watch<TimedSleepBesideAnother>},
    {"each_post_once", watch<EachPostOnce>},
    {"posts_together", watch<PostsTogether>},
    {"post_all_and_take", watch<PostAndTake<true>>},
    {"post_and_take", watch<PostAndTake<false>>},
    {"semaphores_by_fence", watch<NoFrameIsLost<true, 1>>},
    {"semaphores_by_fence_2", watch<NoFrameIsLost<true, 2>>},
    {"semaphores_by_exchange", watch<NoFrameIsLost<false, 1>>},
    {"semaphores_by_exchange_2", watch<NoFrameIsLost<false, 2>>},
    {"one_semaphore_by_fence", watch<OnePostForOneFrame<true>>},
    {"one_semaphore_by_exchange", watch<OnePostForOneFrame<false>>},
    {"read_keywords", watch<ReadKeywords>},
    {"two_keyword_writers", watch<TwoKeywordWriters>},
    {"keyword_takeover", watch<KeywordTakeover>},
    {"journal_without_news_of_a_death", watch<JournalWithoutNewsOfADeath>},
};

constexpr rl::iteration_t pass_iterations = 60'000;
constexpr rl::iteration_t weaken_iterations = 400'000;
constexpr rl::iteration_t collect_iterations = 300;

// True when relacy finds no failure.
bool passes(const Scenario &scenario, rl::iteration_t iterations, std::ostream &output)
{
    rl::test_params parameters;
    parameters.iteration_count = iterations;
    parameters.execution_depth_limit = 20'000;
    parameters.output_stream = &output;
    parameters.progress_stream = &output;
    return scenario.run(parameters);
}

void collect_sites()
{
    std::ostream unread(nullptr);
    order_sites.collect();
    for (const Scenario &scenario : scenarios)
        passes(scenario, collect_iterations, unread);
    order_sites.change_nothing();
}

int check_weakened(const char *scenario_name, const OrderSite &site, bool prints_history = false)
{
    if (!order_sites.weaken(site))
    {
        std::fprintf(stderr, "no scenario meets \"%s\"\n", site.text().c_str());
        return 2;
    }
    const bool any = std::strcmp(scenario_name, "any") == 0;
    for (const Scenario &scenario : scenarios)
    {
        if (!any && std::strcmp(scenario.name, scenario_name) != 0)
            continue;
        Text history;
        if (passes(scenario, weaken_iterations, history))
            continue;
        if (prints_history)
            std::printf("%s\n", history.str().c_str());
        std::printf("%s %s\n", site.text().c_str(), scenario.name);
        return 0;
    }
    std::printf("%s: not noticed by %s\n", site.text().c_str(), scenario_name);
    return 1;
}

// A line of the list: function, word, method, number, then the scenario or "spare".
std::set<OrderSite> listed_sites(const char *file)
{
    std::set<OrderSite> listed;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);)
    {
        OrderSite site;
        if (std::istringstream fields(line);
            line.front() != '#' && fields >> site.function >> site.word >> site.method >> site.number)
            listed.insert(site);
    }
    return listed;
}

// "all" or one scenario.
int check_scenarios(const std::string &name)
{
    int failed = 0;
    size_t count = 0;
    for (const Scenario &scenario : scenarios)
    {
        if (name != "all" && name != scenario.name)
            continue;
        ++count;
        Text history;
        if (passes(scenario, pass_iterations, history))
            continue;
        ++failed;
        std::printf("scenario %s: failed\n%s\n", scenario.name, history.str().c_str());
    }
    std::printf("%zu scenarios, %d failed\n", count, failed);
    return failed == 0 && count > 0 ? 0 : 1;
}

int check_weakened_all(const char *file)
{
    collect_sites();
    std::ifstream lines(file);
    int failed = 0;
    size_t count = 0;
    for (std::string line; std::getline(lines, line);)
    {
        OrderSite site;
        std::string scenario;
        std::istringstream fields(line);
        if (line.empty() || line.front() == '#' ||
            !(fields >> site.function >> site.word >> site.method >> site.number >> scenario) || scenario == "spare")
            continue;
        ++count;
        failed += check_weakened(scenario.c_str(), site) != 0;
    }
    std::printf("%zu orders weakened, %d not noticed\n", count, failed);
    return failed == 0 && count > 0 ? 0 : 1;
}

int compare_sites(const char *file)
{
    collect_sites();
    const std::map<OrderSite, Met> found = order_sites.found();
    const std::set<OrderSite> listed = listed_sites(file);
    int differences = 0;
    for (const auto &[site, met] : found)
        if (!listed.contains(site))
            differences += std::printf("met, not in the list: %s\n", site.text().c_str());
    for (const OrderSite &site : listed)
        if (!found.contains(site))
            differences += std::printf("in the list, not met: %s\n", site.text().c_str());
    std::printf("%zu orders met, %zu in the list\n", found.size(), listed.size());
    return differences == 0 && !found.empty() ? 0 : 1;
}

}
}

int main(int argument_count, char **arguments)
{
    using namespace dao::model;
    const std::string mode = argument_count > 2 ? arguments[1] : "";
    if (mode == "pass")
        return check_scenarios(arguments[2]);
    if (mode == "weaken_all")
        return check_weakened_all(arguments[2]);
    if (mode == "weaken" && argument_count == 7)
    {
        collect_sites();
        const auto number = static_cast<unsigned>(std::strtoul(arguments[6], nullptr, 10));
        return check_weakened(arguments[2], {arguments[3], arguments[4], arguments[5], number}, true);
    }
    if (mode == "sites")
        return compare_sites(arguments[2]);
    std::fprintf(stderr, "usage: relacy_model pass SCENARIO | weaken SCENARIO SITE | weaken_all FILE | sites FILE\n");
    return 2;
}
