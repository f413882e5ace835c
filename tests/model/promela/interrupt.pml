/* Interrupts: a handle waits for two frames, one after the other, and is interrupted twice, at any moment: by a signal that
 * comes to the waiting thread, or to another one. src/wait/cancellation.hpp, wait_loop.hpp.
 *
 * Checked: each interrupt is reported, several at one moment together; none is reported twice; a frame that is there counts
 * more than the interrupt, which then ends the next wait; nobody sleeps for good.
 *
 * -DMISTAKE_... seed a mistake that must be found. */
#define INTERRUPTS 2
#define FRAMES 2

byte count;               /* of interrupts in this process */
byte frames;
byte reported;            /* ghost: interrupts that the handle told of */
byte seen;                /* the handle's: those it has told of */
byte got;                 /* frames that it has seen */
bool asleep;
bool woken, broken;       /* why the sleep ended: a frame, or a signal to this thread */
bool is_over;

inline take_interrupt()
{
    atomic {
        assert(count > reported);                             /* none twice */
        reported = count;
#ifndef MISTAKE_NOT_NOTED
        seen = count
#endif
    }
}

active proctype Waiter()
{
    do
    :: got == FRAMES && seen == INTERRUPTS -> break
    :: else ->
#ifdef MISTAKE_FORGET_AT_BEGIN
        seen = count;
#endif
        do                                                    /* one wait */
#ifdef MISTAKE_INTERRUPT_FIRST
        :: count != seen && frames > got -> assert(false)     /* the frame is there, and not returned */
#endif
        :: frames > got -> got++; break
        :: frames <= got && count != seen -> take_interrupt(); break
        :: frames <= got && count == seen ->
            /* B3, B4; B5 is one step of the system */
            atomic {
                if
                :: frames > got
                :: else -> asleep = true; woken = false; broken = false
                fi
            };
            if
            :: asleep ->
#ifdef MISTAKE_NO_LIMIT
                atomic { (woken || broken) -> asleep = false };
#else
                atomic { (woken || broken || frames > got || count != seen) -> asleep = false };  /* the limit of a sleep */
#endif
                if
                :: broken && frames <= got && count != seen -> take_interrupt(); broken = false; break
                :: else -> broken = false
                fi
            :: else
            fi
        od
    od;
    assert(reported == INTERRUPTS);
    is_over = true
}

active proctype Interrupter()
{
    byte sent;
    do
    :: sent < INTERRUPTS ->
        sent++;
        count++;
        if
        :: asleep -> broken = true                            /* the signal came to the thread that sleeps */
        :: true                                               /* or to another one */
        fi
    :: else -> break
    od
}

active proctype Writer()
{
    do
    :: frames < FRAMES -> frames++; if :: asleep -> woken = true :: else fi
    :: else -> break
    od
}
