# dao_discover_tests(TARGET [LOADED PATTERN] [LONG PATTERN] PROPERTIES ...): the cases of a GoogleTest program, each a test of
# ctest. The LOADED ones keep several processors busy: each counts as four of ctest's jobs, so that with four jobs a
# processor the others, which mostly sleep, run side by side and these do not. The LONG ones sleep for half a minute or more: they
# begin first. An emulator, or a sanitizer, takes too long to start for a process each: there a few processes share the other cases.

function(dao_add_shards target count filter)
  foreach(number RANGE 1 ${count})
    math(EXPR index "${number} - 1")
    set(name ${target}.${number}_of_${count})
    add_test(NAME ${name} COMMAND ${target})
    set_tests_properties(${name} PROPERTIES ${ARGN} TIMEOUT 900
                         ENVIRONMENT "GTEST_TOTAL_SHARDS=${count};GTEST_SHARD_INDEX=${index};GTEST_FILTER=${filter}")
  endforeach()
endfunction()

function(dao_discover_tests target)
  cmake_parse_arguments(PARSE_ARGV 1 argument "" "LOADED;LONG" "PROPERTIES")
  if(CMAKE_CROSSCOMPILING)
    dao_add_shards(${target} 4 "*" ${argument_PROPERTIES})
    return()
  endif()
  if(argument_LOADED)
    gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 TEST_FILTER "${argument_LOADED}" TEST_LIST ${target}_loaded
                         PROPERTIES ${argument_PROPERTIES} PROCESSORS 4)
  endif()
  if(argument_LONG)
    gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 TEST_FILTER "${argument_LONG}" TEST_LIST ${target}_long
                         PROPERTIES ${argument_PROPERTIES} COST 1000)
  endif()
  string(JOIN ":" apart ${argument_LOADED} ${argument_LONG})
  set(others "-${apart}") # without a pattern, all
  if(DAO_SANITIZE)
    dao_add_shards(${target} 16 "${others}" ${argument_PROPERTIES})
  else()
    gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 TEST_FILTER "${others}" PROPERTIES ${argument_PROPERTIES})
  endif()
endfunction()

# dao_leave_out_one_thread(SOURCES): of the sources in the list of that name, the tests that start no thread and handle no signal are
# left out of a build with the thread sanitizer. It looks into one process, and has nothing to find there.
function(dao_leave_out_one_thread sources)
  if(NOT DAO_SANITIZE MATCHES "thread")
    return()
  endif()
  foreach(source IN LISTS ${sources})
    if(source MATCHES "_test\\.cpp$")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source}) # it may get a thread
      file(STRINGS ${source} thread REGEX "std::(j?thread|async)|pthread_create|sigaction|signal\\(|Lateness|RhythmicReader" LIMIT_COUNT 1)
      if(NOT thread)
        list(REMOVE_ITEM ${sources} ${source})
      endif()
    endif()
  endforeach()
  set(${sources} ${${sources}} PARENT_SCOPE)
endfunction()
