# Checks one Promela model, or that a seeded mistake is found. Variables: MODEL, FOLDER, DEFINITIONS, EXPECT_ERROR, SPIN, CC, and
# LAUNCHER, a cache of compilations or nothing.
file(COPY ${MODEL} DESTINATION ${FOLDER}) # spin writes the path that it is given into its program, which clones share
get_filename_component(model ${MODEL} NAME)
separate_arguments(DEFINITIONS)
execute_process(COMMAND ${SPIN} -a ${DEFINITIONS} ${model} WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE failed
                OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(failed)
  message(FATAL_ERROR "spin -a: ${output}")
endif()
execute_process(COMMAND ${LAUNCHER} ${CC} -O2 -w -DSAFETY -o pan.o -c pan.c WORKING_DIRECTORY ${FOLDER}
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CC} -o pan pan.o WORKING_DIRECTORY ${FOLDER} COMMAND_ERROR_IS_FATAL ANY)
# A table with 2^22 places for states, in large pages: to make that of 2^24 in small ones costs most models more than their search.
# Each place keeps as many states as come: the search stays complete.
set(ENV{GLIBC_TUNABLES} glibc.malloc.hugetlb=1) # a C library or a system that has no large pages does without
execute_process(COMMAND ./pan -m100000 -w22 WORKING_DIRECTORY ${FOLDER} OUTPUT_VARIABLE output RESULT_VARIABLE failed)
message("${output}")
file(REMOVE_RECURSE ${FOLDER})
if(failed OR NOT output MATCHES "errors: ([0-9]+)")
  message(FATAL_ERROR "pan gave no result")
endif()
set(errors ${CMAKE_MATCH_1})
if(output MATCHES "max search depth too small|out of memory")
  message(FATAL_ERROR "the search was not complete")
endif()
if(EXPECT_ERROR AND errors EQUAL 0)
  message(FATAL_ERROR "the seeded mistake was not found")
elseif(NOT EXPECT_ERROR AND NOT errors EQUAL 0)
  message(FATAL_ERROR "errors: ${errors}")
endif()
