# Options, warnings, the compiler cache, and where programs lie in the build tree.
option(GRAPHWITNESS_TESTS "build the tests" ${PROJECT_IS_TOP_LEVEL})
option(GRAPHWITNESS_SANITIZE "build with the address and undefined behaviour sanitizers" OFF)
set(GRAPHWITNESS_UNITY OFF CACHE STRING "compile the files of a library eight at a time: from nothing, a build takes less than half of the time. \
OFF, ON, or TORCH: only those that include LibTorch, whose headers take most of the time")
set_property(CACHE GRAPHWITNESS_UNITY PROPERTY STRINGS OFF ON TORCH)
option(GRAPHWITNESS_FUZZ "build the fuzz targets with libFuzzer; needs clang" OFF)
set(GRAPHWITNESS_FIXTURE_DIR "${PROJECT_SOURCE_DIR}/build/fixtures" CACHE PATH
    "where the fixtures lie that are too large to commit; one folder for all presets")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

# What is not called at start must not be loaded at start: a program names only the libraries that it uses.
add_link_options(-Wl,--as-needed)
if(GRAPHWITNESS_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)  # with sanitizers, wrong about what the standard library inlines
  endif()
  add_link_options(-fsanitize=address,undefined)
  if(GRAPHWITNESS_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)  # counts what was reached
  endif()
endif()

add_library(graphwitness_warnings INTERFACE)
# Clang counts the signs to -Wconversion, GCC does not; what the one finds, the other should find too.
target_compile_options(graphwitness_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Wrong about `"text" + std::string` in GCC 12 (bug 105651).
  target_compile_options(graphwitness_warnings INTERFACE -Wno-restrict)
endif()

# The build tree has the layout of an installation, so that the programs find each other by one relative path in both.
file(RELATIVE_PATH GRAPHWITNESS_BIN_TO_LIBEXEC
     "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBEXECDIR}/graphwitness")
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)  # a LibTorch outside the system's folders is found after installing, too
set(GRAPHWITNESS_BUILD_BINDIR "${PROJECT_BINARY_DIR}/bin")
cmake_path(SET GRAPHWITNESS_BUILD_LIBEXECDIR NORMALIZE "${GRAPHWITNESS_BUILD_BINDIR}/${GRAPHWITNESS_BIN_TO_LIBEXEC}")
