#include "segment/proof.hpp"

#include "base/word.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>

namespace dao::segment
{

using base::ProcessToken;
using platform::ByteLock;
using platform::File;
using platform::FileIdentity;
using platform::LockedByte;

struct SharedProof
{
    FileIdentity identity; // nothing for a private image
    LockedByte lock;
    ProcessToken token = 0;
    char name[DAO_READER_NAME_SIZE] = {};
    LockHolders holders;
    Proof *users = nullptr;
    SharedProof *next = nullptr;

    void add(Proof &user) noexcept
    {
        user.shared_ = this;
        user.holders_ = &holders;
        user.next_ = users;
        users = &user;
    }
    void remove(Proof &user) noexcept
    {
        Proof **place = &users;
        while (*place != &user)
            place = &(*place)->next_;
        *place = user.next_;
    }
    void give_out(ProcessToken value) noexcept
    {
        token = value;
        for (Proof *user = users; user != nullptr; user = user->next_)
            user->show(value);
    }
};

namespace
{

std::mutex mutex; // of all proofs of this process
SharedProof *proofs = nullptr;

void before_fork() noexcept
{
    mutex.lock();
}

void in_parent() noexcept
{
    mutex.unlock();
}

// The child is another process: it gives up what proves that its parent lives, and gets a proof of its own when needed.
void in_child() noexcept
{
    for (SharedProof *proof = proofs; proof != nullptr; proof = proof->next)
    {
        proof->lock.leave_to_parent();
        proof->holders.frames.store(nullptr, std::memory_order_relaxed);
        proof->holders.keywords.store(nullptr, std::memory_order_relaxed);
        proof->give_out(0);
    }
    mutex.unlock();
}

[[maybe_unused]] const bool proofs_know_forks = (platform::at_fork(before_fork, in_parent, in_child), true);

SharedProof *find(const FileIdentity &identity) noexcept
{
    SharedProof *proof = proofs;
    while (proof != nullptr && !(proof->identity == identity))
        proof = proof->next;
    return proof;
}

SharedProof *make(const FileIdentity &identity) noexcept
{
    auto *proof = new (std::nothrow) SharedProof;
    if (proof == nullptr)
        return nullptr;
    proof->identity = identity;
    proof->next = proofs;
    proofs = proof;
    return proof;
}

void discard(SharedProof &proof) noexcept
{
    SharedProof **place = &proofs;
    while (*place != &proof)
        place = &(*place)->next;
    *place = proof.next;
    delete &proof;
}

// Whether a dead process of the same id and number left the token in a lock or a claim: a process that shows it would be
// taken for that one.
bool is_left_over(ProcessToken token, const format::Extension &extension) noexcept
{
    const auto holds_token = [token](const uint64_t &place) noexcept {
        const base::Word<uint64_t> word(const_cast<uint64_t *>(&place));
        return (word.load_relaxed() & base::process_token_mask) == token;
    };
    return holds_token(extension.writer_lock) || holds_token(extension.keyword_lock) ||
           std::any_of(std::begin(extension.claims), std::end(extension.claims), holds_token);
}

ProcessToken draw(const format::Extension &extension, bool has_proof) noexcept
{
    const uint32_t pid = platform::this_process().identity.pid;
    ProcessToken token = 0;
    do
        token = base::make_segment_token(pid, platform::random_number(), has_proof);
    while (is_left_over(token, extension));
    return token;
}

// Takes the lock of a token that nobody else has. A process of another pid namespace may have drawn the same.
ProcessToken take_lock(LockedByte &lock, const File &file, const char *path,
                       const format::Extension &extension) noexcept
{
    constexpr int attempts = 32;
    for (int attempt = 0; attempt < attempts; ++attempt)
    {
        const ProcessToken token = draw(extension, true);
        const ByteLock result = lock.lock(file, path, base::lock_position(token));
        if (result == ByteLock::own)
            return token;
        if (result == ByteLock::unavailable)
            break;
    }
    return draw(extension, false);
}

}

Proof::~Proof()
{
    if (shared_ == nullptr)
        return;
    const std::lock_guard<std::mutex> guard(mutex);
    shared_->remove(*this);
    if (shared_->users == nullptr)
        discard(*shared_);
}

void Proof::note_end(format::ProcessRecord &writer) noexcept
{
    if (shared_ == nullptr)
        return;
    const std::lock_guard<std::mutex> guard(mutex);
    const bool is_last = shared_->users == this && next_ == nullptr;
    if (is_last && shared_->token != 0 && base::Word<uint64_t>(&writer.token).load_relaxed() == shared_->token)
        base::Word<uint32_t>(&writer.has_proof).store_relaxed(0);
}

const char *Proof::name() const noexcept
{
    return shared_->name;
}

bool Proof::begin(const File &file, const char *path, const format::Extension &extension) noexcept
{
    const std::lock_guard<std::mutex> guard(mutex);
    if (shared_ == nullptr)
    {
        platform::FileInfo info;
        const bool has_file = file.is_open() && file.query(path, info) == Status::success;
        SharedProof *shared = has_file ? find(info.identity) : nullptr;
        if (shared == nullptr)
            shared = make(info.identity);
        if (shared == nullptr)
            return false;
        shared->add(*this);
    }
    if (shared_->token != 0)
    {
        show(shared_->token);
        return true;
    }
    platform::process_name(platform::this_process().identity.pid, shared_->name, sizeof shared_->name);
    shared_->give_out(file.is_open() ? take_lock(shared_->lock, file, path, extension) : draw(extension, false));
    return true;
}

}
