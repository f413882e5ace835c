# What compiler and linker can do so that a mistake ends a program instead of being of use to somebody: for all that is
# delivered, not for tests. Each flag is tried first, as compilers and processors differ; tests/checks/hardening.py looks
# for the results in what was built (docs/decisions/049).
option(DAO_HARDEN "Build with RELRO, stack protector, checked calls of the C library, CET or branch protection (Linux)" ON)
set(dao_hardening)
if(DAO_HARDEN AND NOT DAO_SANITIZE AND CMAKE_SYSTEM_NAME STREQUAL "Linux") # sanitizers want nothing else in between
  include(CheckCXXCompilerFlag)
  include(CheckCXXSourceCompiles)
  include(CheckLinkerFlag)
  include(CheckPIESupported)
  include(CMakePushCheckState)
  foreach(flag IN ITEMS -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
    string(MAKE_C_IDENTIFIER "DAO_HAS${flag}" has)
    check_cxx_compiler_flag("-Werror ${flag}" ${has})
    if(${has})
      list(APPEND dao_hardening ${flag})
    endif()
  endforeach()
  # Where compiler or flags have chosen a level of checked calls, that stays. They need the optimizer.
  cmake_push_check_state()
  string(APPEND CMAKE_REQUIRED_FLAGS " -O2")
  check_cxx_source_compiles("#ifndef _FORTIFY_SOURCE\n#error\n#endif\nint main() {}" DAO_HAS_FORTIFY_SOURCE)
  cmake_pop_check_state()
  if(NOT DAO_HAS_FORTIFY_SOURCE)
    list(APPEND dao_hardening "$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-D_FORTIFY_SOURCE=2>")
  endif()
  foreach(flag IN ITEMS -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
    string(MAKE_C_IDENTIFIER "DAO_HAS${flag}" has)
    check_linker_flag(CXX "${flag}" ${has})
    if(${has})
      add_link_options(${flag})
    endif()
  endforeach()
  check_pie_supported(OUTPUT_VARIABLE ignored) # programs are position independent too
endif()

# For the targets of this folder and those below it.
macro(dao_harden)
  add_compile_options(${dao_hardening})
endmacro()
