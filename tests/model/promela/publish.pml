/* Two writers that may die after any step, a reader of the newest frame and one of frames in order.
 * Steps by their names in docs/protocol.md. Every statement is one step; memory is sequentially consistent here, the
 * memory orders are relacy's part.
 *
 * Checked: mutual exclusion, no torn frame is accepted, no counter stands for two frames, the newest never goes back,
 * no frame twice or out of order, and nobody hangs whoever dies where (a hanging process is an invalid end state).
 *
 * -DDEPTH=n; -DFIFO reads in order, -DANY any slot, else the newest; -DREUSE adds a reuse;
 * -DUNKNOWN: of one writer cannot be told whether it lives, and its lock is freed by hand. -DMISTAKE_... seed a mistake that must be found. */
#ifndef DEPTH
#define DEPTH 2
#endif
#define WRITERS 2
#define FRAMES 2          /* per writer */
#define COUNTERS 6
#define NOBODY 0

byte mark[DEPTH];         /* `write` */
byte counter[DEPTH];
byte newest = DEPTH - 1;
byte epoch;
byte generation;
bool resetting;
byte word0[DEPTH];
byte word1[DEPTH];

byte lock = NOBODY;
bool dead[WRITERS + 2];    /* the last: who unlocks by hand */
#ifdef UNKNOWN
#define can_tell(process) (process != 1)  /* of writer 1 nobody can tell whether it lives */
#else
#define can_tell(process) true
#endif
#ifdef MISTAKE_UNKNOWN_IS_DEAD
#define proven_dead(process) (dead[process] || !can_tell(process))
#else
#define proven_dead(process) (dead[process] && can_tell(process))
#endif
byte inside;              /* ghost: writers that believe to hold the lock and live */
byte content[COUNTERS];   /* ghost: tag of the frame that a reader accepted under a counter */
byte deaths;
bool clearing;            /* ghost: the counters of generation 0 are going */

#define MAY_DIE :: deaths < 1 -> atomic { deaths++; inside--; dead[me] = true; goto end_dead }
#define STEP(action) if :: action MAY_DIE fi

inline begin_write(slot)
{
#ifdef MISTAKE_NO_MARK
    skip
#else
    STEP(mark[slot] = 1)
#endif
}

inline clear_segment()    /* Q1 to Q5 */
{
#ifdef MISTAKE_REUSE_TOLD_LATE
    clearing = true;
#else
    STEP(d_step { resetting = true; clearing = true });
#endif
    other = 0;
    do
    :: other < DEPTH ->
        STEP(mark[other] = 1);
#ifndef MISTAKE_NO_EPOCH
        STEP(epoch++);
#endif
        other++
    :: else -> break
    od;
    other = 0;
    do
    :: other < DEPTH -> STEP(word0[other] = 0); STEP(word1[other] = 0); other++
    :: else -> break
    od;
    other = 0;
    do
    :: other < DEPTH -> STEP(counter[other] = 0); other++
    :: else -> break
    od;
    STEP(newest = DEPTH - 1);
#ifdef MISTAKE_REUSE_TOLD_LATE
    STEP(resetting = true);
#endif
#ifdef MISTAKE_REUSE_DONE_EARLY
    STEP(resetting = false);
#endif
#ifndef MISTAKE_GENERATION_LATE
    STEP(generation++);
#endif
    other = 0;
    do
    :: other < DEPTH -> STEP(mark[other] = 0); other++
    :: else -> break
    od;
#ifdef MISTAKE_GENERATION_LATE
    STEP(generation++);
#endif
    STEP(resetting = false)
}

inline recover()
{
    slot = (newest + 1) % DEPTH;
#ifndef MISTAKE_NO_RECOVER
    if
    :: slot != newest && counter[slot] == counter[newest] + 1 ->
        STEP(mark[slot] = 0);
        STEP(newest = slot)
    :: else
    fi
#endif
}

proctype Writer(byte me)
{
    byte published, slot, other, next, tag;
    do
    :: published < FRAMES ->
        if                                                    /* L1 */
        :: atomic { lock == NOBODY -> lock = me; inside++ }
#ifdef MISTAKE_TAKE_FROM_LIVING
        :: atomic { lock != NOBODY -> lock = me; inside++ }
#else
        :: atomic { lock != NOBODY && proven_dead(lock) -> lock = me; inside++ };
            if
            :: resetting -> clear_segment()
            :: else -> recover()
            fi
#endif
        fi;
        assert(inside == 1);
        tag = me * 10 + published + 1;
        slot = (newest + 1) % DEPTH;
        begin_write(slot);                                    /* W1 */
        STEP(word0[slot] = tag);                              /* W2 */
        STEP(word1[slot] = tag);
        next = counter[newest] + 1;
#ifdef MISTAKE_INDEX_FIRST
        STEP(newest = slot);
        STEP(counter[slot] = next);
        STEP(mark[slot] = 0);
#else
        STEP(counter[slot] = next);                           /* W4 */
        STEP(mark[slot] = 0);                                 /* W5 */
        STEP(newest = slot);                                  /* W6 */
#endif
        published++;
#ifdef REUSE
        if
        :: me == 1 && published == 1 -> clear_segment()
        :: else
        fi;
#endif
        STEP(skip);
        atomic { inside--; lock = NOBODY }                    /* L5 */
    :: else -> break
    od;
end_dead:
    skip
}

/* L6: somebody who knows that writer 1 is dead frees its lock by hand. */
proctype Unlock(byte me)
{
    byte slot, other;
end_not_needed:
    atomic { lock != NOBODY && dead[lock] && !can_tell(lock) -> lock = me; inside++ };
    if
    :: resetting -> clear_segment()
    :: else -> recover()
    fi;
    atomic { inside--; lock = NOBODY };
end_dead:
    skip
}

/* R1 to R3 of slot `at`, for both readers; sets `whole`. */
inline take_snapshot()
{
    snapshot_epoch = epoch;
    snapshot_mark = mark[at];
    snapshot_counter = counter[at]
}
inline copy_and_check()
{
    copy0 = word0[at];
    copy1 = word1[at];
#ifdef MISTAKE_NO_CHECK
    whole = (snapshot_mark == 0);
#else
    whole = (snapshot_mark == 0);
    if :: mark[at] != 0 -> whole = false :: else fi;
    if :: counter[at] != snapshot_counter -> whole = false :: else fi;
    if :: epoch != snapshot_epoch -> whole = false :: else fi
#endif
}
inline find_newest()
{
    do
    :: at = newest;
        newest_counter = counter[at];
        if
        :: newest == at -> break
        :: else
        fi
    od
}
inline note_content()
{
    assert(copy0 == copy1);
    assert(snapshot_counter != 0 || copy0 == 0);
    if
    :: snapshot_counter != 0 && generation == 0 ->             /* the counters of one generation are compared */
        assert(content[snapshot_counter] == 0 || content[snapshot_counter] == copy0);
        content[snapshot_counter] = copy0
    :: else
    fi
}

proctype ReadNewest()
{
    byte at, newest_counter, snapshot_epoch, snapshot_mark, snapshot_counter, copy0, copy1, last, read, attempt;
    bool whole;
    do
    :: attempt < 2 ->
        attempt++;
        find_newest();
        if
        :: atomic { generation == 0 -> assert(newest_counter >= last || clearing); last = newest_counter }
        :: else
        fi;
        take_snapshot();
        if
        :: snapshot_mark == 0 && snapshot_counter == newest_counter && generation == 0 ->
            copy_and_check();
            if
            :: d_step { whole -> note_content(); assert(snapshot_counter >= read); read = snapshot_counter }
            :: else
            fi
        :: else
        fi
    :: else -> break
    od
}

proctype ReadNext()
{
    byte at, newest_counter, snapshot_epoch, snapshot_mark, snapshot_counter, copy0, copy1, attempt;
    byte tail, wanted, failed, position;
    bool whole;
    do
    :: attempt < 2 ->
        attempt++;
        if
        :: generation != position -> atomic { position = generation; tail = 0; failed = 0 }
        :: else
        fi;
        find_newest();
        if
        :: newest_counter > tail ->
            wanted = tail + 1;
            if
            :: newest_counter - wanted >= DEPTH -> wanted = newest_counter - DEPTH + 1
            :: else
            fi;
            if
            :: failed + 1 > wanted -> wanted = (failed < newest_counter -> failed + 1 : newest_counter)
            :: else
            fi;
            at = (at + DEPTH - (newest_counter - wanted)) % DEPTH;
            take_snapshot();
            failed = wanted;
            if
            :: snapshot_mark == 0 && snapshot_counter == wanted && generation == position ->
                copy_and_check();
                if
                :: d_step { whole -> note_content(); assert(wanted > tail); tail = wanted; failed = 0 }
                :: else
                fi
            :: else
            fi
        :: else
        fi
    :: else -> break
    od
}

/* Reads slots by their number, as daoShmGetArbitrarySegment does. */
proctype ReadAny()
{
    byte at, snapshot_epoch, snapshot_mark, snapshot_counter, copy0, copy1, attempt;
    bool whole;
    do
    :: attempt < 2 ->
        attempt++;
        if
        :: at = 0
        :: at = DEPTH - 1
        fi;
        take_snapshot();
        if
        :: snapshot_mark == 0 ->
            copy_and_check();
            if
            :: d_step { whole -> note_content() }
            :: else
            fi
        :: else
        fi
    :: else -> break
    od
}

init
{
    atomic {
        run Writer(1);
        run Writer(2);
#ifdef UNKNOWN
        run Unlock(3);
#endif
#ifdef FIFO
        run ReadNext()
#elif defined(ANY)
        run ReadAny()
#else
        run ReadNewest()
#endif
    }
}
