# Run PRODUCER and CONSUMER of one segment in parallel, the consumer until it has FRAMES frames; both must succeed. With
# OUTPUT the consumer writes a second segment. The files are removed afterwards. EMULATOR runs programs for another
# system.
set(arguments ${SEGMENT}.im.shm)
if(OUTPUT)
  list(APPEND arguments ${SEGMENT}_output.im.shm)
endif()
file(REMOVE ${arguments})
# The segment must exist before the consumer opens it.
execute_process(COMMAND ${EMULATOR} ${PRODUCER} ${SEGMENT}.im.shm --frames 1 COMMAND_ERROR_IS_FATAL ANY)
# The commands of one execute_process run at the same time.
execute_process(COMMAND ${EMULATOR} ${PRODUCER} ${SEGMENT}.im.shm --frames 400
                COMMAND ${EMULATOR} ${CONSUMER} ${arguments} --frames ${FRAMES}
                RESULTS_VARIABLE results OUTPUT_VARIABLE output ERROR_VARIABLE errors)
file(REMOVE ${arguments})
message("${output}${errors}")
foreach(result IN LISTS results)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "results of producer and consumer: ${results}")
  endif()
endforeach()
