# Libraries that see the headers of what they depend on, and no others.
#
# All headers are included by their path from src/ or include/ ("ir/text.h", "graphwitness/ir/graph.h"). With those two
# folders on the include path, every library would see every other. So each library gets an include root of its own in
# the build tree, which holds a link to its folder only, and hands it on to those that name it after DEPENDS.

# Every library of the house, whether its sources have landed or not: a name that is none of these is a mistake.
set(GRAPHWITNESS_LIBRARIES support ir analysis findings rules passes report frontends onnx torchscript exec render cli)

# graphwitness_include_root(NAME FOLDER): makes the include root of library NAME, with src/FOLDER and its public headers.
function(graphwitness_include_root name folder)
  set(root "${PROJECT_BINARY_DIR}/include_roots/${name}")
  cmake_path(GET folder PARENT_PATH parent)
  file(MAKE_DIRECTORY "${root}/${parent}" "${root}/graphwitness")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/src/${folder}" "${root}/${folder}" SYMBOLIC)
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/include/graphwitness/${name}" "${root}/graphwitness/${name}" SYMBOLIC)
  target_include_directories(graphwitness_${name} PUBLIC "$<BUILD_INTERFACE:${root}>"
                                                         "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
endfunction()

# graphwitness_library(NAME [FOLDER folder under src/] SOURCES ... [DEPENDS library...] [THIRD_PARTY name...])
function(graphwitness_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER" "SOURCES;DEPENDS;THIRD_PARTY")
  if(arg_UNPARSED_ARGUMENTS OR NOT name IN_LIST GRAPHWITNESS_LIBRARIES)
    message(FATAL_ERROR "graphwitness_library: bad library or arguments: ${name} ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_SOURCES)
    message(STATUS "graphwitness: library `${name}` has no sources yet")
    return()
  endif()
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${name})
  endif()
  add_library(graphwitness_${name} STATIC ${arg_SOURCES})
  add_library(graphwitness::${name} ALIAS graphwitness_${name})
  graphwitness_include_root(${name} ${arg_FOLDER})
  target_link_libraries(graphwitness_${name} PRIVATE "$<BUILD_INTERFACE:graphwitness_warnings>")
  foreach(dependency IN LISTS arg_DEPENDS)
    if(NOT dependency IN_LIST GRAPHWITNESS_LIBRARIES)
      message(FATAL_ERROR "library `${name}` depends on `${dependency}`, which is no library of the house")
    endif()
    if(TARGET graphwitness_${dependency})
      target_link_libraries(graphwitness_${name} PUBLIC graphwitness_${dependency})
    endif()
  endforeach()
  foreach(package IN LISTS arg_THIRD_PARTY)
    target_link_libraries(graphwitness_${name} PRIVATE third_party_${package})
  endforeach()
endfunction()

# graphwitness_test(NAME SOURCES ... [DEPENDS library...] [THIRD_PARTY name...]): one program of doctest cases, each a
# test of ctest. It sees the library NAME, when there is one, and its tests/ folder. Skipped until NAME has sources.
function(graphwitness_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;THIRD_PARTY")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "graphwitness_test(${name}): no sources, or bad arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(name IN_LIST GRAPHWITNESS_LIBRARIES AND NOT TARGET graphwitness_${name})
    return()
  endif()
  add_executable(${name}_test ${arg_SOURCES} "${PROJECT_SOURCE_DIR}/tests/main.cc")
  target_include_directories(${name}_test PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${name}_test PRIVATE graphwitness_warnings third_party_doctest)
  foreach(dependency IN LISTS arg_DEPENDS ITEMS ${name})
    if(TARGET graphwitness_${dependency})
      target_link_libraries(${name}_test PRIVATE graphwitness_${dependency})
    endif()
  endforeach()
  foreach(package IN LISTS arg_THIRD_PARTY)
    target_link_libraries(${name}_test PRIVATE third_party_${package})
  endforeach()
  target_compile_definitions(${name}_test PRIVATE
    GRAPHWITNESS_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    GRAPHWITNESS_FIXTURE_DIR="${PROJECT_BINARY_DIR}/fixtures"
    GRAPHWITNESS_PROGRAM="${GRAPHWITNESS_BUILD_BINDIR}/graphwitness"
    GRAPHWITNESS_TORCH_WORKER="${GRAPHWITNESS_BUILD_LIBEXECDIR}/graphwitness-torch-worker")
  doctest_discover_tests(${name}_test TEST_PREFIX "${name}/")
endfunction()
