/* The notifier: wakers, sleepers, and sleepers that are killed. Steps by their names in docs/protocol.md.
 * A lost wake-up leaves a sleeper asleep for good, which is an invalid end state. A waker that is killed between
 * moving the word and waking is what the limit of each sleep is for: only then does a sleep end by time.
 *
 * -DMISTAKE_... seed a mistake that must be found. */
#ifndef WAKERS
#define WAKERS 1
#endif
#define SLEEPERS 2
#define FRAMES (3 - WAKERS) /* more of both is too much to search */

byte frame[WAKERS];
byte word;
bool asleep[SLEEPERS];
bool waker_died;
bool mark;                /* of the mistake with two words */

inline wake_all()
{
    d_step { asleep[0] = false; asleep[1] = false }
}

inline notify()
{
#ifdef MISTAKE_TWO_WORDS
    word++;
    if
    :: mark -> mark = false; wake_all()
    :: else
    fi
#else
    seen = word;                                              /* B1 */
    if
    :: seen % 2 == 1 ->
#ifdef MISTAKE_WORD_STAYS
        skip;
#else
        atomic { if :: word == seen -> word = seen + 1; moved = true :: else -> moved = false fi };
#endif
        if
        :: moved && !waker_died -> atomic { waker_died = true; goto end_dead }  /* killed before it wakes */
        :: moved -> wake_all()                                /* B2 */
        :: !moved
        fi
    :: else
    fi
#endif
}

proctype Waker(byte me)
{
    byte seen;
    bool moved = true;
    do
    :: frame[me] < FRAMES -> frame[me]++; notify()
    :: else -> break
    od;
end_dead:
    skip
}

#define THERE (frame[whom] >= wanted || waker_died)

proctype Sleeper(byte me)
{
    byte shown, wanted = 1, whom;
    do
    :: wanted <= FRAMES ->
        whom = 0;
        do
        :: whom < WAKERS ->
            do
            :: THERE -> break
            :: else ->
                if
                :: me == 1 -> goto end_killed                 /* killed before it marks */
                :: true
                fi;
#ifdef MISTAKE_TWO_WORDS
                mark = true;
                shown = word;
#else
                atomic { shown = word | 1; word = shown };    /* B3 */
#endif
                if
                :: me == 1 -> goto end_killed                 /* killed with its mark set */
                :: true
                fi;
#ifndef MISTAKE_NO_SECOND_LOOK
                if
                :: THERE -> break                             /* B4 */
                :: else
                fi;
#endif
                atomic { if :: word == shown -> asleep[me] = true :: else fi };   /* B5 */
                (!asleep[me] || waker_died)
            od;
            whom++
        :: else -> break
        od;
        wanted++
    :: else -> break
    od;
end_killed:
    asleep[me] = false
}

init
{
    byte index;
    atomic {
        index = 0;
        do
        :: index < WAKERS -> run Waker(index); index++
        :: else -> break
        od;
        run Sleeper(0);
        run Sleeper(1)
    }
}
