/* The doorbell: ringers, sleepers, and sleepers that are killed. Steps by their names in docs/protocol.md.
 * A lost wake-up leaves a sleeper asleep for good, which is an invalid end state. A ringer that is killed between
 * moving the bell and waking is what the limit of each sleep is for: only then does a sleep end by time.
 *
 * -DMISTAKE_... seed a mistake that must be found. */
#ifndef RINGERS
#define RINGERS 1
#endif
#define SLEEPERS 2
#define FRAMES (3 - RINGERS) /* more of both is too much to search */

byte frame[RINGERS];
byte bell;
bool asleep[SLEEPERS];
bool ringer_died;
bool mark;                /* of the mistake with two words */

inline wake_all()
{
    d_step { asleep[0] = false; asleep[1] = false }
}

inline ring()
{
#ifdef MISTAKE_TWO_WORDS
    bell++;
    if
    :: mark -> mark = false; wake_all()
    :: else
    fi
#else
    seen = bell;                                              /* B1 */
    if
    :: seen % 2 == 1 ->
#ifdef MISTAKE_BELL_STAYS
        skip;
#else
        atomic { if :: bell == seen -> bell = seen + 1; moved = true :: else -> moved = false fi };
#endif
        if
        :: moved && !ringer_died -> atomic { ringer_died = true; goto end_dead }  /* killed before it wakes */
        :: moved -> wake_all()                                /* B2 */
        :: !moved
        fi
    :: else
    fi
#endif
}

proctype Ringer(byte me)
{
    byte seen;
    bool moved = true;
    do
    :: frame[me] < FRAMES -> frame[me]++; ring()
    :: else -> break
    od;
end_dead:
    skip
}

#define THERE (frame[whom] >= wanted || ringer_died)

proctype Sleeper(byte me)
{
    byte shown, wanted = 1, whom;
    do
    :: wanted <= FRAMES ->
        whom = 0;
        do
        :: whom < RINGERS ->
            do
            :: THERE -> break
            :: else ->
                if
                :: me == 1 -> goto end_killed                 /* killed before it marks */
                :: true
                fi;
#ifdef MISTAKE_TWO_WORDS
                mark = true;
                shown = bell;
#else
                atomic { shown = bell | 1; bell = shown };    /* B3 */
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
                atomic { if :: bell == shown -> asleep[me] = true :: else fi };   /* B5 */
                (!asleep[me] || ringer_died)
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
        :: index < RINGERS -> run Ringer(index); index++
        :: else -> break
        od;
        run Sleeper(0);
        run Sleeper(1)
    }
}
