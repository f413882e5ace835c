# How every target of this project is compiled.
add_library(dao_compile_options INTERFACE)
if(MSVC)
  # Not C4324, padding because of alignas: it is wanted. Not C4127, constant conditions: templates and tests have them.
  target_compile_options(dao_compile_options INTERFACE /W4 /wd4324 /wd4127 /permissive- /Zc:__cplusplus /utf-8)
  target_compile_definitions(dao_compile_options INTERFACE _CRT_SECURE_NO_WARNINGS _CRT_NONSTDC_NO_WARNINGS)
  if(DAO_WARNINGS_AS_ERRORS)
    target_compile_options(dao_compile_options INTERFACE /WX)
  endif()
else()
  target_compile_options(dao_compile_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion)
  if(DAO_WARNINGS_AS_ERRORS)
    target_compile_options(dao_compile_options INTERFACE -Werror)
  endif()
endif()

# clang checks the times of the headers that it compiled in advance, so that ccache finds nothing again in another clone that uses
# them.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache")
  set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON)
endif()

if(DAO_SANITIZE)
  # For the whole build: a sanitizer wants every object compiled with it.
  add_compile_options(-fsanitize=${DAO_SANITIZE} -fno-omit-frame-pointer)
  if(DAO_SANITIZE MATCHES "undefined")
    # What it finds ends the program. The one check that finds what is not there: of an object's class, across libraries.
    add_compile_options(-fno-sanitize-recover=all -fno-sanitize=vptr)
  endif()
  add_link_options(-fsanitize=${DAO_SANITIZE})
  # The undefined behaviour sanitizer's data has some million addresses: a program that moves about fills them all in when it starts, and
  # the tests start thousands.
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>)
  endif()
endif()
