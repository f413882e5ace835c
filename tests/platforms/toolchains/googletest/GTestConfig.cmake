# What find_package(GTest) finds where no built GoogleTest is: Debian's source package googletest, built with the tests.
find_package(Threads REQUIRED)
set(DAO_GOOGLETEST_SOURCE /usr/src/googletest CACHE PATH "Sources of GoogleTest")
if(NOT TARGET GTest::gtest_main)
  function(add_googletest)
    set(BUILD_SHARED_LIBS OFF) # whatever the library is, so that test programs find all they need
    set(BUILD_GMOCK OFF)
    set(INSTALL_GTEST OFF)
    add_subdirectory(${DAO_GOOGLETEST_SOURCE} ${CMAKE_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)
  endfunction()
  add_googletest()
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Its 1.12 leaves out a header that newer C++ libraries no longer bring along, and its macros omit arguments.
    target_compile_options(gtest PUBLIC "SHELL:-include cfloat" -Wno-variadic-macro-arguments-omitted PRIVATE -w)
  endif()
endif()
set(GTest_FOUND TRUE)
