/* Keywords: two writers that may die after any step, one of them while it recovers what the other began; a reader, or
 * somebody who writes nonsense over the journal's index; and a last one that comes when all is over.
 * Steps by their names in docs/protocol.md. Every store is one step.
 *
 * Checked: no torn keyword is accepted; whoever has recovered finds each keyword whole, the new one where its journal
 * was pending and nobody spoilt it, else the old one; no step leads outside the table; nobody hangs.
 *
 * -DVANDAL: nonsense in the index, and no reader: a keyword whose journal is spoilt may stay torn.
 * -DMISTAKE_... seed a mistake that must be found. */
#define KEYWORDS 2
#define WRITERS 2
#define WRITES 2          /* per writer */
#define NOBODY 0
#define LAST 3            /* the one that comes when all is over */

byte sequence;
bool pending;
byte index;
byte journal0, journal1;
byte word0[KEYWORDS];
byte word1[KEYWORDS];

byte lock = NOBODY;
bool dead[LAST + 1];
byte deaths;
byte over;                /* writers that have ended */
byte due[KEYWORDS];       /* ghost: what the keyword is, or will be once the journal is redone */
bool spoilt;              /* ghost: the index was overwritten while it mattered */

#define MAY_DIE :: me != LAST && deaths < WRITERS -> atomic { deaths++; dead[me] = true; goto end_dead }
#define STEP(action) if :: action MAY_DIE fi

inline put(place, first, second)                              /* K2 */
{
#ifndef MISTAKE_NO_MARK
    STEP(sequence = sequence | 1);
#endif
    STEP(word0[place] = first);
    STEP(word1[place] = second);
    STEP(sequence = (sequence | 1) + 1)
}

inline write(place, tag)                                      /* K1 to K3 */
{
#ifdef MISTAKE_PENDING_EARLY
    STEP(index = place);
    STEP(pending = true);
    STEP(journal0 = tag);
    atomic { journal1 = tag; due[place] = tag }
#else
    STEP(index = place);
    STEP(journal0 = tag);
    STEP(journal1 = tag);
    STEP(atomic { pending = true; due[place] = tag; spoilt = spoilt || index != place });
#endif
#ifdef MISTAKE_CLEARED_EARLY
    STEP(pending = false);
    put(place, tag, tag)
#elif defined(MISTAKE_JOURNAL_EARLY)
    put(place, tag, tag);
    if                                                        /* the journal of the next one, before this K3 */
    :: written + 1 < WRITES -> STEP(index = 1 - place)
    :: else
    fi;
    STEP(pending = false)
#else
    put(place, tag, tag);
    STEP(pending = false)
#endif
}

inline recover()                                              /* K4 */
{
    if
    :: pending ->
        at = index;
#ifdef MISTAKE_RECOVERED_EARLY
        STEP(pending = false);
#endif
#ifndef MISTAKE_NO_BOUND
        if
        :: at < KEYWORDS -> put(at, journal0, journal1)
        :: else
        fi;
#else
        put(at, journal0, journal1);
#endif
        STEP(pending = false)
    :: else
    fi;
#ifndef MISTAKE_STAYS_ODD
    if
    :: sequence % 2 == 1 -> STEP(sequence = sequence + 1)
    :: else
    fi
#endif
}

inline take()
{
    if
    :: atomic { lock == NOBODY -> lock = me }                 /* L1 */
    :: atomic { lock != NOBODY && dead[lock] -> lock = me }
    fi;
#ifndef MISTAKE_NO_RECOVER
    recover()
#endif
}

proctype Writer(byte me)
{
    byte written, at;
    take();
    do                                                        /* several with one lock, as when all are cleared */
    :: written < WRITES ->
        write(written, 10 * me + written);
        written++
    :: else -> break
    od;
    STEP(lock = NOBODY);                                      /* L5 */
end_dead:
    over++
}

proctype Reader()
{
    byte place, attempt, before, copy0, copy1;
    do
    :: attempt < 2 ->
        attempt++;
        if
        :: place = 0
        :: place = 1
        fi;
        before = sequence;                                    /* K5 */
        copy0 = word0[place];
        copy1 = word1[place];
        if
#ifdef MISTAKE_NO_CHECK
        :: before % 2 == 0 -> assert(copy0 == copy1)
#else
        :: before % 2 == 0 && sequence == before -> assert(copy0 == copy1)
#endif
        :: else
        fi
    :: else -> break
    od
}

#ifdef VANDAL
proctype Vandal()
{
    if
    :: atomic { index = 7; spoilt = spoilt || pending }
    :: true
    fi
}
#endif

proctype Last(byte me)
{
    byte at, place;
    over == WRITERS;
    take();
    assert(sequence % 2 == 0 && !pending);
    do
    :: place < KEYWORDS ->
        assert(spoilt || (word0[place] == due[place] && word1[place] == due[place]));
        place++
    :: else -> break
    od;
end_dead:
    skip
}

init
{
    atomic {
        run Writer(1);
        run Writer(2);
        run Last(LAST);
#ifdef VANDAL
        run Vandal()
#else
        run Reader()
#endif
    }
}
