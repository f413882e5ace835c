# For all toolchains: look for programs here and for libraries there; GoogleTest is built from its sources.
# DAO_TOOL_PACKAGES: a folder with libraries for the command line tool (tests/platforms/tool_packages.sh).
set(DAO_TOOL_PACKAGES "" CACHE PATH "Libraries for the command line tool")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DAO_TOOL_PACKAGES)
list(PREPEND CMAKE_FIND_ROOT_PATH ${DAO_TOOL_PACKAGES})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(GTest_DIR ${CMAKE_CURRENT_LIST_DIR}/googletest CACHE PATH "Where GTestConfig.cmake lies")
list(TRANSFORM CMAKE_FIND_ROOT_PATH APPEND /lib/pkgconfig OUTPUT_VARIABLE pkgconfig_folders)
list(JOIN pkgconfig_folders ":" pkgconfig_folders)
set(ENV{PKG_CONFIG_LIBDIR} "${pkgconfig_folders}")
