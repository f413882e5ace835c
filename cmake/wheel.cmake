# What a wheel has besides: its prefix is the folder of the Python package, and it holds no links.

# The linker's name of a library is a text that leads it to the file that programs load.
foreach(library IN ITEMS dao daoNet)
  if(NOT TARGET ${library})
    continue()
  endif()
  set(file_name lib${library}.so)
  if(APPLE)
    install(FILES $<TARGET_FILE:${library}> DESTINATION ${CMAKE_INSTALL_LIBDIR} RENAME lib${library}.dylib
            COMPONENT development)
  elseif(UNIX)
    file(WRITE ${PROJECT_BINARY_DIR}/${file_name} "/* Load ${file_name}.${PROJECT_VERSION_MAJOR} at run time. */\n"
                                                  "INPUT(${file_name}.${PROJECT_VERSION_MAJOR})\n")
    install(FILES ${PROJECT_BINARY_DIR}/${file_name} DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  endif()
endforeach()

set(DAO_WHEEL_LICENCES "" CACHE PATH "A folder with the licences of the libraries that are linked in")
if(DAO_WHEEL_LICENCES)
  install(DIRECTORY ${DAO_WHEEL_LICENCES}/ DESTINATION ${SKBUILD_METADATA_DIR}/licenses COMPONENT python)
endif()
