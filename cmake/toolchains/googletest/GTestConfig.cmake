# What find_package(GTest) finds where no built GoogleTest is: Debian's source package googletest, built with the tests.
find_package(Threads REQUIRED)
set(DAO_GOOGLETEST_SOURCE /usr/src/googletest CACHE PATH "Sources of GoogleTest")
if(NOT TARGET GTest::gtest_main)
  set(BUILD_GMOCK ON)
  set(INSTALL_GTEST OFF)
  add_subdirectory(${DAO_GOOGLETEST_SOURCE} ${CMAKE_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)
endif()
set(GTest_FOUND TRUE)
