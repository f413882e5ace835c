// Whoever starts a target by hand in the tree finds no inputs of failed or slow runs there: they lie beside the program.
#include <string>
#include <vector>

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
