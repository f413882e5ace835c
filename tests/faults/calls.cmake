# Every function that the library's objects take from the system is one that the fault tests make fail, or one of these,
# which cannot fail in a way that matters: what is new has to be put on one of the two lists.
#     cmake -DFAULTED="open;..." -DOBJECTS=FOLDER -DNM=nm -P calls.cmake
cmake_minimum_required(VERSION 3.22)
set(harmless
    # cannot fail, or say that they did
    __errno_location clock_gettime getenv getrlimit geteuid getpid localtime_r strerror strftime sysconf raise
    pthread_setcancelstate pthread_testcancel pthread_sigmask sigaction sigdelset sigemptyset sigfillset sigismember sigpending pthread_mutex_lock pthread_mutex_unlock
    # give back, end a list, or ask what is known: nothing is to be done when they fail
    close closedir munmap readdir sem_close sem_getvalue sem_trywait sem_destroy sem_unlink prctl
    # fails only for arguments that are never given
    sem_init
    # only before a fork, and only when the library is loaded in part: documented
    pthread_atfork dladdr dlopen
    # no calls of the system
    fprintf free memcmp memcpy memmove memset memchr snprintf vsnprintf stderr stdout strchr strcmp strcpy strcspn strlen strncmp strncpy
    strnlen strrchr strspn strtoull __libc_current_sigrtmax __libc_single_threaded __tls_get_addr _GLOBAL_OFFSET_TABLE_ __stack_chk_fail
    bcmp)
file(GLOB_RECURSE objects ${OBJECTS}/*.o)
if(NOT objects)
  message(FATAL_ERROR "no objects below ${OBJECTS}")
endif()
execute_process(COMMAND ${NM} -u ${objects} OUTPUT_VARIABLE used COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL " [Uw] [^\n]+" used "${used}")
list(TRANSFORM used REPLACE "^ [Uw] " "")
# A checked one, as optimised builds call it, has to be on the first list itself, or to be harmless without its check.
list(TRANSFORM used REPLACE "^__isoc[0-9]+_" "")
list(REMOVE_DUPLICATES used)
foreach(name IN LISTS used)
  string(REGEX REPLACE "^__(.*)_chk$" "\\1" unchecked ${name})
  if(NOT name STREQUAL unchecked AND unchecked IN_LIST harmless)
    continue()
  endif()
  # C++ itself, the library's own names, and the tools'
  if(NOT name IN_LIST FAULTED AND NOT name IN_LIST harmless AND NOT name MATCHES "^(_Z|__cxa_|__gxx_|_Unwind|__asan|__ubsan|__tsan|__gcov|dao)")
    list(APPEND unknown ${name})
  endif()
endforeach()
if(unknown)
  message(FATAL_ERROR "calls of the system that no fault test makes fail (tests/faults/CMakeLists.txt): ${unknown}")
endif()
