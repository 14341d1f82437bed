# Libraries that see the headers of what they depend on, and no others.
#
# All headers are included by their path from src/ or include/ ("ir/text.h", "graphwitness/ir/graph.h"). With those two
# folders on the include path, every library would see every other. So each library gets an include root of its own in
# the build tree, which holds links to its headers only, and hands it on to those that name it after DEPENDS.

# Every library of the house.
set(GRAPHWITNESS_LIBRARIES support python ir inference analysis findings rules rule_pages passes diff report gate frontends onnx torchscript exec
    exec_torch exec_onnx proof verify verify_torch localize localize_torch render start cli)

# graphwitness_include_root(NAME FOLDER): makes the include root of library NAME: the headers below src/FOLDER that are
# not below a folder NOT_MINE of another library, and the public ones.
function(graphwitness_include_root name folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "NOT_MINE")
  set(root "${PROJECT_BINARY_DIR}/include_roots/${name}")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/src"
       "${PROJECT_SOURCE_DIR}/src/${folder}/*.h")
  foreach(other IN LISTS arg_NOT_MINE)
    list(FILTER headers EXCLUDE REGEX "^${folder}/${other}/")
  endforeach()
  file(REMOVE_RECURSE "${root}")
  foreach(header IN LISTS headers)
    cmake_path(GET header PARENT_PATH parent)
    file(MAKE_DIRECTORY "${root}/${parent}")
    file(CREATE_LINK "${PROJECT_SOURCE_DIR}/src/${header}" "${root}/${header}" SYMBOLIC)
  endforeach()
  file(MAKE_DIRECTORY "${root}/graphwitness")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/include/graphwitness/${name}" "${root}/graphwitness/${name}" SYMBOLIC)
  target_include_directories(graphwitness_${name} ${visible} "$<BUILD_INTERFACE:${root}>"
                             "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
endfunction()

# graphwitness_compile_together(TARGET [ONE_BY_ONE source...] [THIRD_PARTY name...]): what GRAPHWITNESS_UNITY says. What has the
# names of a plug-in (every pass has its `run`) stands under ONE_BY_ONE.
function(graphwitness_compile_together target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "ONE_BY_ONE;THIRD_PARTY")
  set(together "${GRAPHWITNESS_UNITY}")
  if(together STREQUAL "TORCH")
    set(together OFF)
    if("torch" IN_LIST arg_THIRD_PARTY)
      set(together ON)
    endif()
  endif()
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ${together} UNITY_BUILD_BATCH_SIZE 8
    UNITY_BUILD_CODE_BEFORE_INCLUDE "// NOLINTNEXTLINE(bugprone-suspicious-include)")
  set_source_files_properties(${arg_ONE_BY_ONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  if(together AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)  # takes a file that is included for a header
  endif()
endfunction()

# graphwitness_library(NAME SOURCES ... [DEPENDS library...] [THIRD_PARTY name...]
#                      [ONE_BY_ONE source...] [FOLDER folder under src/] [NOT_MINE folder below it...])
function(graphwitness_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER" "NOT_MINE;SOURCES;ONE_BY_ONE;DEPENDS;THIRD_PARTY")
  if(arg_UNPARSED_ARGUMENTS OR NOT name IN_LIST GRAPHWITNESS_LIBRARIES)
    message(FATAL_ERROR "graphwitness_library: bad library or arguments: ${name} ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${name})
  endif()
  if(arg_SOURCES)
    set(visible PUBLIC)
    add_library(graphwitness_${name} STATIC ${arg_SOURCES} ${arg_ONE_BY_ONE})
    graphwitness_compile_together(graphwitness_${name} ONE_BY_ONE ${arg_ONE_BY_ONE} THIRD_PARTY ${arg_THIRD_PARTY})
    target_link_libraries(graphwitness_${name} PRIVATE "$<BUILD_INTERFACE:graphwitness_warnings>")
  else()
    set(visible INTERFACE)  # headers only
    add_library(graphwitness_${name} INTERFACE)
  endif()
  add_library(graphwitness::${name} ALIAS graphwitness_${name})
  graphwitness_include_root(${name} ${arg_FOLDER} NOT_MINE ${arg_NOT_MINE})
  foreach(dependency IN LISTS arg_DEPENDS)
    if(NOT TARGET graphwitness_${dependency})
      message(FATAL_ERROR "library `${name}` depends on `${dependency}`, which is no library above it")
    endif()
    target_link_libraries(graphwitness_${name} ${visible} graphwitness_${dependency})
  endforeach()
  foreach(package IN LISTS arg_THIRD_PARTY)
    if(arg_SOURCES)
      target_link_libraries(graphwitness_${name} PRIVATE third_party_${package})
    endif()
  endforeach()
endfunction()

# graphwitness_test(NAME SOURCES ... [ONE_BY_ONE source...] [DEPENDS library...] [THIRD_PARTY name...]): one program of doctest cases, each a
# test of ctest. It sees the library NAME, when there is one, and the tests/ folder.
function(graphwitness_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;ONE_BY_ONE;DEPENDS;THIRD_PARTY")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES AND NOT arg_ONE_BY_ONE)
    message(FATAL_ERROR "graphwitness_test(${name}): no sources, or bad arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_executable(${name}_test ${arg_SOURCES} ${arg_ONE_BY_ONE})
  graphwitness_compile_together(${name}_test ONE_BY_ONE ${arg_ONE_BY_ONE} THIRD_PARTY ${arg_THIRD_PARTY})
  target_include_directories(${name}_test PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${name}_test PRIVATE graphwitness_warnings test_main third_party_doctest)
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
    GRAPHWITNESS_FIXTURE_DIR="${GRAPHWITNESS_FIXTURE_DIR}"
    GRAPHWITNESS_PROGRAM="${GRAPHWITNESS_BUILD_BINDIR}/graphwitness"
    GRAPHWITNESS_TORCH_WORKER="${GRAPHWITNESS_BUILD_LIBEXECDIR}/graphwitness-torch-worker"
    GRAPHWITNESS_ONNX_WORKER="${GRAPHWITNESS_BUILD_LIBEXECDIR}/graphwitness-onnx-worker")
  doctest_discover_tests(${name}_test TEST_PREFIX "${name}/")
endfunction()
