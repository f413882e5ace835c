# What compiler and linker can do so that a mistake ends a program instead of being of use to somebody: for all that is
# delivered, not for tests. Each flag is tried first, as compilers and processors differ; tests/checks/hardening.py and, for
# Windows, windows_hardening.py look for the results in what was built (docs/decisions/049).
option(DAO_HARDEN "Build with stack protector, checked calls of the C library and what else compiler and linker have" ON)
set(dao_hardening)
set(dao_hardens OFF)
if(DAO_HARDEN AND NOT DAO_SANITIZE) # sanitizers want nothing else in between
  set(dao_hardens ON)
endif()
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)
include(CheckLinkerFlag)
include(CheckPIESupported)
include(CMakePushCheckState)

# Sets `to` to those of the flags that the compiler takes.
function(dao_known_flags to)
  set(known)
  foreach(flag IN LISTS ARGN)
    string(MAKE_C_IDENTIFIER "DAO_HAS${flag}" has)
    check_cxx_compiler_flag("-Werror ${flag}" ${has})
    if(${has})
      list(APPEND known ${flag})
    endif()
  endforeach()
  set(${to} ${known} PARENT_SCOPE)
endfunction()

# For all that is linked.
macro(dao_link_with)
  foreach(flag IN ITEMS ${ARGN})
    string(MAKE_C_IDENTIFIER "DAO_HAS${flag}" has)
    check_linker_flag(CXX "${flag}" ${has})
    if(${has})
      add_link_options(${flag})
    endif()
  endforeach()
endmacro()

# Where compiler or flags have chosen a level of checked calls, that stays. They need the optimizer.
macro(dao_check_calls)
  cmake_push_check_state()
  string(APPEND CMAKE_REQUIRED_FLAGS " -O2")
  check_cxx_source_compiles("#ifndef _FORTIFY_SOURCE\n#error\n#endif\nint main() {}" DAO_HAS_FORTIFY_SOURCE)
  cmake_pop_check_state()
  if(NOT DAO_HAS_FORTIFY_SOURCE)
    list(APPEND dao_hardening "$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-D_FORTIFY_SOURCE=2>")
  endif()
endmacro()

if(dao_hardens AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  dao_known_flags(dao_hardening -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
  dao_check_calls()
  dao_link_with(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
  check_pie_supported(OUTPUT_VARIABLE ignored) # programs are position independent too
elseif(dao_hardens AND APPLE) # whose linker does the rest by itself
  dao_known_flags(dao_hardening -fstack-protector-strong)
  dao_check_calls()
elseif(dao_hardens AND MSVC) # which does the rest by itself
  check_cxx_compiler_flag(/guard:cf DAO_HAS_GUARD_CF)
  if(DAO_HAS_GUARD_CF)
    list(APPEND dao_hardening /guard:cf)
    add_link_options(/guard:cf)
  endif()
elseif(dao_hardens AND WIN32)
  dao_link_with(-Wl,--dynamicbase -Wl,--nxcompat -Wl,--high-entropy-va)
  # Some have what the protector and checked calls need in a library of its own, which would have to be linked to whatever
  # uses a static libdao: there those do without.
  cmake_push_check_state()
  set(CMAKE_REQUIRED_LINK_OPTIONS -fstack-protector-strong)
  check_cxx_source_compiles("extern \"C\" void __stack_chk_fail();\nint main() { __stack_chk_fail(); }" DAO_HAS_STACK_PROTECTOR)
  set(CMAKE_REQUIRED_LINK_OPTIONS)
  check_cxx_source_compiles("extern \"C\" void __stack_chk_fail();\nint main() { __stack_chk_fail(); }" DAO_HAS_STACK_PROTECTOR_ALWAYS)
  cmake_pop_check_state()
  if(DAO_HAS_STACK_PROTECTOR_ALWAYS OR (DAO_HAS_STACK_PROTECTOR AND BUILD_SHARED_LIBS))
    dao_known_flags(dao_hardening -fstack-protector-strong)
    add_link_options(${dao_hardening})
    dao_check_calls()
  endif()
endif()

# For the targets of this folder and those below it.
macro(dao_harden)
  add_compile_options(${dao_hardening})
endmacro()
