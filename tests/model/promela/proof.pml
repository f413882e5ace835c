/* The kernel's proof that a process lives: a lock on the byte of the file that its token names. Two processes and a child that
 * the first one forks want the writer lock; each may be killed at any step, and then the kernel drops its byte.
 * src/segment/proof.cpp, liveness.cpp; L1 and the takeover of docs/protocol.md.
 *
 * Checked: two processes never hold the writer lock at once; a dead holder's lock is always taken over; nobody hangs.
 * -DMISTAKE_... seed a mistake that must be found. */
#define TOKENS 3          /* that can be drawn; 0: none */
#define PROCESSES 3       /* 0 is the kernel's nobody; 1 forks 3 */
#define NOBODY 0

byte byte_owner[TOKENS + 1];
byte lock;                /* the writer lock's word: a token, or 0 */
byte token_of[PROCESSES + 1];
bool dead[PROCESSES + 1];
byte inside;              /* ghost: living processes that hold the lock */
byte deaths;

inline drop_bytes(process)
{
    byte_owner[1] = (byte_owner[1] == process -> NOBODY : byte_owner[1]);
    byte_owner[2] = (byte_owner[2] == process -> NOBODY : byte_owner[2]);
    byte_owner[3] = (byte_owner[3] == process -> NOBODY : byte_owner[3])
}

#define MAY_DIE(inside_it) :: deaths < 1 -> atomic { deaths++; inside = inside - inside_it; dead[me] = true; drop_bytes(me); goto end_dead }

#ifdef MISTAKE_SHARED_TOKEN
#define MAY_DRAW(token) true
#elif defined(MISTAKE_LEFT_OVER_TOKEN)
#define MAY_DRAW(token) (byte_owner[token] == NOBODY)
#else
#define MAY_DRAW(token) (byte_owner[token] == NOBODY && lock != token)
#endif

/* A token whose byte nobody else has, and that no dead process left in the lock. */
inline show_presence()
{
    do
    :: atomic {
        if
        :: candidate = 1
        :: candidate = 2
        :: candidate = 3
        fi
       };
#ifdef MISTAKE_TOKEN_FIRST
        token_of[me] = candidate;
        break
#else
        /* In one step: that another process of the same id draws the same token, holds the lock and dies between the look
         * at the lock and the taking of the byte is left out. */
        atomic {
            if
            :: MAY_DRAW(candidate) ->
                if
                :: byte_owner[candidate] == NOBODY -> byte_owner[candidate] = me
                :: else
                fi;
                token_of[me] = candidate
            :: else
            fi
        };
        if
        :: token_of[me] != 0 -> break
        :: else
        fi
#endif
    od
}

inline hold_and_release()
{
    if
    :: atomic { lock == 0 -> lock = token_of[me]; inside++ }  /* L1 */
    :: atomic { lock != 0 && lock != token_of[me] && byte_owner[lock] == NOBODY -> judged = lock };
        if
#ifdef MISTAKE_BLIND_EXCHANGE
        :: atomic { true -> lock = token_of[me]; inside++ }
#else
        :: atomic { lock == judged -> lock = token_of[me]; inside++ }   /* from exactly the dead one's word */
        :: atomic { lock != judged -> judged = 0 }
#endif
        fi
    fi
}

inline write_once()
{
    judged = 0;
    do
    :: hold_and_release();
        if
        :: lock == token_of[me] -> break
        :: else
        fi
    od;
#ifdef MISTAKE_TOKEN_FIRST
    if
    :: byte_owner[token_of[me]] == NOBODY -> byte_owner[token_of[me]] = me
    :: else
    fi;
#endif
    assert(inside == 1);
    if
    :: true
    MAY_DIE(1)
    fi;
    atomic { assert(inside == 1); inside--; lock = 0 }        /* L5 */
}

proctype Process(byte me)
{
    byte candidate, judged;
#ifdef MISTAKE_INHERITED
    if
    :: me == 3 -> token_of[me] = token_of[1]                  /* the child goes on with its parent's */
    :: else -> show_presence()
    fi;
#else
    show_presence();
#endif
    if
    :: true
    MAY_DIE(0)
    fi;
    if
    :: me == 1 -> run Process(3)
    :: else
    fi;
    write_once();
    write_once();
    atomic { drop_bytes(me); token_of[me] = 0 };              /* closes the segment */
end_dead:
    skip
}

init
{
    atomic { run Process(1); run Process(2) }
}
