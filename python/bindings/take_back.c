/* Takes the interpreter back after a wait, and calls functions that are written in Python, which give it away and take it
   back between two of their steps. In C, because of what happens when the interpreter is ending: then Python
   ends the thread with pthread_exit(), which unwinds it, and C++ frames can neither be unwound so (the process would
   abort) nor in general catch it (the C++ library linked in may have another unwinder than the system's). A cleanup
   handler is run before the unwinding goes past this function: it sleeps until the process is gone. */
#include <Python.h>

#if defined(_WIN32)

void dao_python_take_back(PyThreadState *state)
{
    PyEval_RestoreThread(state); /* Windows ends a thread without unwinding it */
}

PyObject *dao_python_call(PyObject *function, PyObject *arguments)
{
    return PyObject_Call(function, arguments, NULL);
}

#else

#include <pthread.h>
#include <unistd.h>

static void sleep_until_the_process_ends(void *unused)
{
    (void)unused;
    for (;;)
        pause();
}

void dao_python_take_back(PyThreadState *state)
{
    pthread_cleanup_push(sleep_until_the_process_ends, NULL);
    PyEval_RestoreThread(state);
    pthread_cleanup_pop(0);
}

PyObject *dao_python_call(PyObject *function, PyObject *arguments)
{
    PyObject *result;
    pthread_cleanup_push(sleep_until_the_process_ends, NULL);
    result = PyObject_Call(function, arguments, NULL);
    pthread_cleanup_pop(0);
    return result;
}

#endif
