# Programs, and the libraries with their public headers as the CMake package `graphwitness`.
include(CMakePackageConfigHelpers)

# Not `torchscript`, `exec_torch`, `exec_onnx`, `verify_torch` and `localize_torch`, which belong to the worker programs, nor `start` and
# `cli`, which are the programs.
set(installed_libraries ${GRAPHWITNESS_LIBRARIES})
list(REMOVE_ITEM installed_libraries torchscript exec_torch exec_onnx verify_torch localize_torch start cli)
foreach(library IN LISTS installed_libraries)
  set_target_properties(graphwitness_${library} PROPERTIES EXPORT_NAME ${library})
endforeach()
list(TRANSFORM installed_libraries PREPEND graphwitness_)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/graphwitness")
install(TARGETS graphwitness)
install(TARGETS graphwitness-models graphwitness-torch-worker DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/graphwitness")
if(TARGET graphwitness-onnx-worker)
  install(TARGETS graphwitness-onnx-worker DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/graphwitness")
endif()
install(TARGETS ${installed_libraries} EXPORT graphwitness)
install(EXPORT graphwitness NAMESPACE graphwitness:: DESTINATION "${package_dir}" FILE graphwitnessTargets.cmake)
install(DIRECTORY include/graphwitness DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/graphwitnessConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/graphwitnessConfig.cmake" INSTALL_DESTINATION "${package_dir}"
                              PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/graphwitnessConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/graphwitnessConfig.cmake" "${PROJECT_BINARY_DIR}/graphwitnessConfigVersion.cmake"
              "${CMAKE_CURRENT_LIST_DIR}/GraphwitnessThirdParty.cmake" "${CMAKE_CURRENT_LIST_DIR}/GraphwitnessCheck.cmake"
        DESTINATION "${package_dir}")

install(FILES completions/graphwitness.bash DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME graphwitness)
install(FILES completions/_graphwitness DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
