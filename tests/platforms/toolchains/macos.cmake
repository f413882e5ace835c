# macOS from Linux by zig's clang (pip install ziglang), compiled and linked only: nothing here can run the programs.
# DAO_MACOS_PROCESSOR: aarch64 or x86_64. DAO_MACOS_COMPILERS: a folder with clang
# and clang++ for it (tests/platforms/check_macos.sh makes one).
set(CMAKE_SYSTEM_NAME Darwin)
set(DAO_MACOS_PROCESSOR aarch64 CACHE STRING "aarch64 or x86_64")
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DAO_MACOS_PROCESSOR DAO_MACOS_COMPILERS)
set(CMAKE_SYSTEM_PROCESSOR ${DAO_MACOS_PROCESSOR})
set(CMAKE_C_COMPILER ${DAO_MACOS_COMPILERS}/clang)
set(CMAKE_CXX_COMPILER ${DAO_MACOS_COMPILERS}/clang++)
set(CMAKE_CXX_FLAGS_INIT "-include __float_infinity_nan.h") # zig's own headers leave INFINITY and NAN out
set(CMAKE_OSX_SYSROOT "")
set(CMAKE_FIND_ROOT_PATH ${CMAKE_CURRENT_LIST_DIR}/macos) # not there: no library of this machine is for macOS
set(CMAKE_CROSSCOMPILING_EMULATOR /bin/true) # for those who ask the programs for their tests
include(${CMAKE_CURRENT_LIST_DIR}/find_packages.cmake)
