// How every target starts.
#include <string>
#include <vector>

// cfitsio asks for as much as a header says, more than there can be, and makes an error of what it then gets; what is given
// out stays limited. And the sanitizer guesses where libraries that are loaded later have their thread's variables, now and
// then wrongly: its search for leaks then reads what is not there, and dies.
extern "C" const char *__asan_default_options()
{
    return "allocator_may_return_null=1:intercept_tls_get_addr=0";
}

// Whoever starts a target by hand in the tree finds no inputs of failed or slow runs there: they lie beside the program.
extern "C" int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    static std::string prefix = "-artifact_prefix=" + std::string((*arguments)[0]) + "-";
    static std::vector<char *> all(*arguments, *arguments + *count);
    all.insert(all.begin() + 1, prefix.data()); // one that is given comes later, and counts
    all.push_back(nullptr);
    *arguments = all.data();
    ++*count;
    return 0;
}
