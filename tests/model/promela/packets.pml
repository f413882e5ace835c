/* The writer lock with packets: two threads of one process put frames together and one of them finalises; a second
 * process publishes too, and takes over when the first dies, which it may after any step (all its threads at once).
 * Steps by their names in docs/protocol.md.
 *
 * Checked: packets are copied only while their process holds the lock and nobody finalises; nobody hangs.
 * -DMISTAKE_... seed a mistake that must be found. */
#define FREE 0
#define FIRST 1           /* the process with the packets */
#define SECOND 2

byte owner = FREE;        /* the lock word's three parts, always changed together */
bool open;
byte copying;

bool first_died;
byte packets;             /* ghost: packets being copied */
byte finalising;          /* ghost: publishes and finalisations under way */
byte complete;               /* packets of this frame that are complete */

#define ALIVE(action) if :: atomic { !first_died -> action } :: first_died -> goto end_dead fi

inline join()             /* L2 */
{
    do
    :: atomic { !first_died && owner == FREE -> owner = FIRST; open = false; copying = 0; joined = false }; break
    :: atomic { !first_died && owner == FIRST && open -> copying++; joined = true }; break
    :: first_died -> goto end_dead
    od
}

inline hold_to_finalise()  /* L3: also when the process has a frame open and no packet is being copied */
{
    do
    :: atomic { !first_died && owner == FREE -> owner = FIRST }; break
#ifdef MISTAKE_FINALISE_EARLY
    :: atomic { !first_died && owner == FIRST && open -> open = false }; break
#else
    :: atomic { !first_died && owner == FIRST && open && copying == 0 -> open = false }; break
#endif
    :: first_died -> goto end_dead
    od
}

proctype PacketThread(byte me)
{
    bool joined;
    byte turn;
    do
    :: turn < 2 ->
        join();
        if
        :: !joined -> ALIVE(open = true; copying = 1)         /* L4 */
        :: else
        fi;
        ALIVE(packets++);
        assert(first_died || (finalising == 0 && owner == FIRST));
        ALIVE(packets--; complete++);
        ALIVE(copying--);                                     /* L4 */
        turn++
    :: else -> break
    od;
    if
    :: me == 1 ->
        hold_to_finalise();
        ALIVE(finalising++);
        assert(first_died || (finalising == 1 && packets == 0));
        ALIVE(finalising--; complete = 0);
        ALIVE(owner = FREE)                                   /* L5 */
    :: else
    fi;
    /* Whoever is last leaves no frame open, as closing programs finalise. */
    if
    :: me == 2 ->
        hold_to_finalise();
        ALIVE(finalising++);
        assert(first_died || (finalising == 1 && packets == 0));
        ALIVE(finalising--);
        ALIVE(owner = FREE)
    :: else
    fi;
end_dead:
    skip
}

proctype Rival()
{
    byte turn;
    do
    :: turn < 2 ->
        if
        :: atomic { owner == FREE -> owner = SECOND }
#ifdef MISTAKE_IGNORE_PACKETS
        :: atomic { owner == FIRST && open -> owner = SECOND; open = false }
#endif
        :: atomic { owner == FIRST && first_died -> owner = SECOND; open = false; copying = 0; packets = 0; finalising = 0 }
        fi;
        finalising++;
        assert(finalising == 1 && packets == 0 && owner == SECOND);
        finalising--;
        owner = FREE;
        turn++
    :: else -> break
    od
}

proctype Death()
{
    if
    :: first_died = true
    :: true
    fi
}

init
{
    atomic { run PacketThread(1); run PacketThread(2); run Rival(); run Death() }
}
