# Debian packages, by `make deb` (packaging/debian/build.sh): libdao1, libdaonet1, libdao-dev, daoshm,
# python3-daoshm.
set(soversion ${PROJECT_VERSION_MAJOR})
set(files ${PROJECT_SOURCE_DIR}/packaging/debian)
set(release ${DAO_DEBIAN_RELEASE})

# What every package says of its licence and its changes.
set(changelog ${PROJECT_BINARY_DIR}/debian/changelog.Debian)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(CONFIGURE OUTPUT ${changelog} @ONLY CONTENT [=[daoshm (@PROJECT_VERSION@-@release@) stable; urgency=medium

  * See /usr/share/doc/libdao-dev/changelog.gz.

 -- daoShm developers <daoshm@localhost>  @date@
]=])
# Whose headers are compiled into what a package has, and so belong to it with their licences.
set(compiled_in_tool libcli11-dev libfmt-dev nlohmann-json3-dev)
if(TARGET daoNet)
  set(compiled_in_network cppzmq-dev nlohmann-json3-dev)
  set(compiled_in_python ${compiled_in_network})
endif()
foreach(pair IN ITEMS library:libdao${soversion} network:libdaonet${soversion} development:libdao-dev tool:daoshm
                      python:python3-daoshm)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 component)
  list(GET pair 1 package)
  if((component STREQUAL "python" AND NOT DAO_BUILD_PYTHON) OR (component STREQUAL "network" AND NOT TARGET daoNet))
    continue()
  endif()
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(folder ${CMAKE_INSTALL_DATADIR}/doc/${package})
  install(FILES ${files}/copyright DESTINATION ${folder} COMPONENT ${component})
  foreach(other IN LISTS compiled_in_${component})
    install(FILES ${CMAKE_INSTALL_FULL_DATADIR}/doc/${other}/copyright DESTINATION ${folder} RENAME copyright.${other}
            COMPONENT ${component})
  endforeach()
  install(CODE "execute_process(COMMAND gzip -9nkf \"${changelog}\" COMMAND_ERROR_IS_FATAL ANY)" COMPONENT ${component})
  install(FILES ${changelog}.gz DESTINATION ${folder} COMPONENT ${component})
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${upper}_FILE_NAME DEB-DEFAULT)
endforeach()
install(CODE "execute_process(COMMAND gzip -9nc \"${PROJECT_SOURCE_DIR}/CHANGELOG.md\"
                              OUTPUT_FILE \"${PROJECT_BINARY_DIR}/debian/changelog.gz\" COMMAND_ERROR_IS_FATAL ANY)"
        COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/debian/changelog.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libdao-dev
        COMPONENT development)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME daoshm)
set(CPACK_PACKAGE_CONTACT "daoShm developers <daoshm@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                                                WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${release})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/src ${PROJECT_BINARY_DIR}/net)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)

# What CPack's scripts do by hand too: the loader's cache is made anew.
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${files}/triggers)
set(CPACK_DEBIAN_NETWORK_PACKAGE_CONTROL_EXTRA ${files}/triggers)

set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(about "daoShm exchanges typed frames of one to three axes between independent\nprocesses through named segments: \
whole frames at the rate of an adaptive\noptics loop, for any number of readers, in C, C++ and Python.")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "shared memory for real-time adaptive optics, library\n${about}")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(version "(= ${PROJECT_VERSION}-${release})")
set(libraries "libdao${soversion} ${version}")
if(TARGET daoNet)
  set(CPACK_DEBIAN_NETWORK_DESCRIPTION "shared memory for real-time adaptive optics, network library\n${about}\n\n\
This is the library that copies segments between machines.")
  set(CPACK_DEBIAN_NETWORK_PACKAGE_SECTION libs)
  set(CPACK_DEBIAN_NETWORK_PACKAGE_DEPENDS "${libraries}")
  string(APPEND libraries ", libdaonet${soversion} ${version}")
endif()
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "shared memory for real-time adaptive optics, headers\n${about}\n\n\
These are the headers for C and C++, and the files for CMake and pkg-config.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${libraries}, libc6-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_TOOL_DESCRIPTION "shared memory for real-time adaptive optics, command line tool\n${about}\n\n\
This is the program that lists, shows, records, replays and checks segments.")
set(CPACK_DEBIAN_TOOL_PACKAGE_SECTION science)
set(CPACK_DEBIAN_TOOL_PACKAGE_DEPENDS "${libraries}") # the others are found, but for what is loaded at run time
if(DAO_CFITSIO_LIBRARY)
  execute_process(COMMAND dpkg-query -S "*/${DAO_CFITSIO_LIBRARY}" OUTPUT_VARIABLE owner COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE ":.*" "" owner "${owner}")
  string(APPEND CPACK_DEBIAN_TOOL_PACKAGE_DEPENDS ", ${owner}")
endif()
set(CPACK_DEBIAN_TOOL_PACKAGE_RECOMMENDS "libaravis-0.8-0")
set(CPACK_DEBIAN_PYTHON_DESCRIPTION "shared memory for real-time adaptive optics, Python package\n${about}\n\n\
This is the package daoShm for Python 3.")
set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
if(DAO_BUILD_PYTHON)
  # The module is made for one minor version, and for the interface of this NumPy, which has a name that NumPy provides.
  find_package(Python REQUIRED COMPONENTS Interpreter) # what python/ has found is known only there
  math(EXPR next "${Python_VERSION_MINOR} + 1")
  execute_process(COMMAND dpkg-query -W -f "\${Provides}" python3-numpy OUTPUT_VARIABLE provided ERROR_QUIET)
  string(REGEX MATCHALL "python3-numpy[0-9]*-abi[0-9]+" numpy "${provided}")
  list(PREPEND numpy python3-numpy)
  list(JOIN numpy ", " numpy)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS
      "python3 (>= 3.${Python_VERSION_MINOR}~), python3 (<< 3.${next}), ${numpy}")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA "${files}/postinst;${files}/prerm")
  set(script "from importlib.metadata import files"
             "print(*[file.locate() for file in files('nanobind') if file.name == 'LICENSE'][:1])")
  list(JOIN script "\n" script)
  execute_process(COMMAND ${Python_EXECUTABLE} -c "${script}" OUTPUT_VARIABLE licence OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${licence} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/python3-daoshm RENAME copyright.nanobind
          COMPONENT python)
endif()
include(CPack)
