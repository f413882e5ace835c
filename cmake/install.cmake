# What `cmake --install` puts where: headers, libdao, libdaoNet, the CMake package daoShm and pkg-config files. Components:
# library, network, development, tool (tools/daoshm), python (python/).
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/daoShm)
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(FILES include/dao.h include/daoBase.h include/daoShm.hpp include/daoImage.hpp include/daoMemory.hpp
              include/daoTypes.hpp
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
set(link_name NAMELINK_COMPONENT development)
if(DAO_WHEEL)
  set(link_name NAMELINK_SKIP)
endif()
function(install_libraries component)
  install(
    TARGETS ${ARGN}
    EXPORT daoShmTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component} ${link_name}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()
install_libraries(library dao shm)
if(TARGET daoNet)
  install_libraries(network daoNet)
  install(FILES include/daoNet.h include/daoNet.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
endif()
install(EXPORT daoShmTargets NAMESPACE dao:: DESTINATION ${package_folder} COMPONENT development)

configure_package_config_file(cmake/daoShmConfig.cmake.in ${PROJECT_BINARY_DIR}/daoShmConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/daoShmConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/daoShmConfig.cmake ${PROJECT_BINARY_DIR}/daoShmConfigVersion.cmake
        DESTINATION ${package_folder} COMPONENT development)

# A folder given as an absolute path stays as it is; else it is found from where the .pc file lies.
foreach(folder IN ITEMS INCLUDEDIR LIBDIR)
  if(IS_ABSOLUTE ${CMAKE_INSTALL_${folder}})
    set(PKGCONFIG_${folder} ${CMAKE_INSTALL_${folder}})
  else()
    set(PKGCONFIG_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
file(RELATIVE_PATH prefix_from_pkgconfig ${CMAKE_INSTALL_PREFIX}/${pkgconfig_folder} ${CMAKE_INSTALL_PREFIX})
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
  set(PKGCONFIG_PREFIX ${CMAKE_INSTALL_PREFIX})
else()
  set(PKGCONFIG_PREFIX "\${pcfiledir}/${prefix_from_pkgconfig}")
endif()
# A C program that links the static library needs the C++ library too.
set(PKGCONFIG_STATIC_LIBRARIES ${CMAKE_CXX_IMPLICIT_LINK_LIBRARIES})
list(FILTER PKGCONFIG_STATIC_LIBRARIES INCLUDE REGEX "^(stdc\\+\\+|c\\+\\+|m|pthread)$")
list(REMOVE_DUPLICATES PKGCONFIG_STATIC_LIBRARIES)
list(TRANSFORM PKGCONFIG_STATIC_LIBRARIES PREPEND -l)
list(JOIN PKGCONFIG_STATIC_LIBRARIES " " PKGCONFIG_STATIC_LIBRARIES)
if(CMAKE_THREAD_LIBS_INIT)
  string(APPEND PKGCONFIG_STATIC_LIBRARIES " ${CMAKE_THREAD_LIBS_INIT}")
endif()
foreach(library IN LISTS CMAKE_DL_LIBS)
  string(APPEND PKGCONFIG_STATIC_LIBRARIES " -l${library}")
endforeach()
# Programs find the library where the system does not look for it.
set(PKGCONFIG_RUN_PATH "")
get_target_property(library_type dao TYPE)
if(UNIX AND library_type STREQUAL SHARED_LIBRARY AND NOT CMAKE_INSTALL_FULL_LIBDIR MATCHES "^/usr/lib(64)?(/|$)")
  set(PKGCONFIG_RUN_PATH "-Wl,-rpath,\${libdir} ")
endif()
set(packages dao daoShm)
if(TARGET daoNet)
  list(APPEND packages daoNet)
endif()
foreach(package IN LISTS packages)
  configure_file(cmake/${package}.pc.in ${PROJECT_BINARY_DIR}/${package}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${package}.pc DESTINATION ${pkgconfig_folder} COMPONENT development)
endforeach()
