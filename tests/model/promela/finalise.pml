/* Finalise, of a writer that wrote quietly into the next slot: a second process begins frames in the same slot, and gives
 * them up, publishes them or leaves them waiting, or dies after any step. Steps by their names in docs/protocol.md.
 *
 * Checked: what finalise publishes is whole, and was put there to be published since the newest frame; it refuses only where
 * another writer was at work since.
 * -DMISTAKE_... seed a mistake that must be found. */
#define FREE 0
#define FIRST 1
#define SECOND 2

byte owner = FREE;
byte newest = 1;          /* counter of the newest frame */
byte given_up;            /* number of the frame that was given up; 0: none */
bool marked;              /* `write` of the next slot */

mtype = { old, half, quiet };
mtype content = old;      /* ghost: what lies in the next slot */
bool second_died;
bool disturbed;           /* ghost: the second process wrote since the quiet write */

#define ALIVE(action) if :: atomic { !second_died -> action } :: second_died -> goto end_dead fi

inline give_up() { given_up = newest + 1 }

inline commit()           /* W4 to W6: another slot is the next */
{
    newest++;
    marked = false;
    content = old
}

inline hold()             /* L1, L3, and the takeover with its repair */
{
    if
    :: atomic { owner == FREE -> owner = FIRST }
    :: atomic { owner == SECOND && second_died -> owner = FIRST };
#ifndef MISTAKE_NOT_NOTED_AT_TAKEOVER
        if
        :: marked -> give_up()
        :: else
        fi
#endif
    fi
}

proctype Writer()
{
    byte turn;
    byte place;
    do
    :: turn < 3 ->
        hold();
        marked = true;                                        /* W1 */
        content = half;
        content = quiet;
        place = newest;
        disturbed = false;
#ifndef MISTAKE_NOT_FORGOTTEN
        given_up = 0;
#endif
        owner = FREE;                                         /* L5 */

        hold();
        if
#ifndef MISTAKE_NO_PLACE
        :: place != newest -> assert(disturbed)
        :: place == newest && marked && given_up == newest + 1 -> assert(disturbed)
#else
        :: marked && given_up == newest + 1 -> assert(disturbed)
#endif
        :: else ->
            marked = true;
            assert(content == quiet);
            commit()
        fi;
        owner = FREE;
        turn++
    :: else -> break
    od
}

proctype Rival()
{
    byte turn;
    do
    :: turn < 3 ->
        if
        :: atomic { !second_died && owner == FREE -> owner = SECOND; disturbed = true }
        :: second_died -> goto end_dead
        fi;
        ALIVE(marked = true);                                 /* W1 */
        ALIVE(content = half);
        if
        :: true ->                                            /* a loan that is aborted */
#ifdef MISTAKE_NOTED_AFTER_RELEASE
            ALIVE(owner = FREE);
            ALIVE(give_up())
#else
#ifndef MISTAKE_NOT_NOTED_AT_ABORT
            ALIVE(give_up());
#endif
            ALIVE(owner = FREE)
#endif
        :: true ->                                            /* a frame */
            ALIVE(commit());
            ALIVE(owner = FREE)
        :: true ->                                            /* a quiet write */
            ALIVE(content = quiet);
            ALIVE(given_up = 0);
            ALIVE(owner = FREE)
        fi;
        turn++
    :: else -> break
    od;
end_dead:
    skip
}

proctype Death()
{
    if
    :: second_died = true
    :: true
    fi
}

init
{
    atomic { run Writer(); run Rival(); run Death() }
}
