// Semaphores that belong to one reader: claimed until they are released or the process dies.
#pragma once

#include "segment/segment.hpp"

namespace dao::segment
{

// A handle's claim, once it has one.
struct Claim
{
    int32_t number = -1;
    base::ProcessToken owner = 0; // the process, as it knows itself: a claim that was there at a fork is the parent's
};

// The number that is claimed; -1: none.
int32_t claimed_number(const Claim &claim) noexcept;

// Claims the lowest semaphore that nobody alive has, unless `claim` has one already. Posts from before are dropped. An error
// when none is left, or the segment cannot be written or was made by DAO.
Status claim_semaphore(Segment &segment, Claim &claim) noexcept;
// The same for a handle that has another segment now, all of whose frames are news: that number, where nobody has it, else the
// next one. Posts stay. Nothing where none can be claimed.
void claim_again(Segment &segment, uint32_t wanted, Claim &claim) noexcept;
void release_claim(const Segment &segment, Claim &claim) noexcept;

// Who has claimed the semaphore, one that a segment may have. 0: nobody, or a process that is dead.
base::ProcessToken find_claimant(const Segment &segment, uint32_t number) noexcept;

}
