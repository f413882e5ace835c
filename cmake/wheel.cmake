# What a wheel has besides: its prefix is the folder of the Python package, and it holds no links.

# The linker's name of the library is a text that leads it to the file that programs load.
if(UNIX AND NOT APPLE)
  file(WRITE ${PROJECT_BINARY_DIR}/libdao.so "/* Load libdao.so.${PROJECT_VERSION_MAJOR} at run time. */\n"
                                             "INPUT(libdao.so.${PROJECT_VERSION_MAJOR})\n")
  install(FILES ${PROJECT_BINARY_DIR}/libdao.so DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
elseif(APPLE)
  install(FILES $<TARGET_FILE:dao> DESTINATION ${CMAKE_INSTALL_LIBDIR} RENAME libdao.dylib COMPONENT development)
endif()

set(DAO_WHEEL_LICENCES "" CACHE PATH "A folder with the licences of the libraries that are linked in")
if(DAO_WHEEL_LICENCES)
  install(DIRECTORY ${DAO_WHEEL_LICENCES}/ DESTINATION ${SKBUILD_METADATA_DIR}/licenses COMPONENT python)
endif()
