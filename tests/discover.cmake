# dao_discover_tests(TARGET [LOADED PATTERN] PROPERTIES ...): the cases of a GoogleTest program, each a test of ctest.
# Those that PATTERN matches keep several processors busy: each counts as four of ctest's jobs, so that with four jobs a
# processor the others, which mostly sleep, run side by side and these do not. An emulator takes too long to start for
# a process each: there a few processes share the cases.
set(dao_shards 4)

function(dao_discover_tests target)
  cmake_parse_arguments(PARSE_ARGV 1 argument "" "LOADED" "PROPERTIES")
  if(CMAKE_CROSSCOMPILING)
    foreach(number RANGE 1 ${dao_shards})
      math(EXPR index "${number} - 1")
      add_test(NAME ${target}.${number}_of_${dao_shards} COMMAND ${target})
      set_tests_properties(${target}.${number}_of_${dao_shards} PROPERTIES ${argument_PROPERTIES} TIMEOUT 900
                           ENVIRONMENT "GTEST_TOTAL_SHARDS=${dao_shards};GTEST_SHARD_INDEX=${index}")
    endforeach()
    return()
  endif()
  set(others "")
  if(argument_LOADED)
    gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 TEST_FILTER "${argument_LOADED}" TEST_LIST ${target}_loaded
                         PROPERTIES ${argument_PROPERTIES} PROCESSORS 4)
    set(others TEST_FILTER "-${argument_LOADED}")
  endif()
  gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 ${others} PROPERTIES ${argument_PROPERTIES})
endfunction()
