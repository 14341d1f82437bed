# What the project takes from elsewhere, each as one target `third_party_<name>` that a library names after THIRD_PARTY.
# Their headers may lie in /usr/include, where the compiler cannot hide them: the test `house: third-party headers` does.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(graphwitness_third_party name)
  add_library(third_party_${name} INTERFACE)
  target_link_libraries(third_party_${name} INTERFACE ${ARGN})
endfunction()

find_package(fmt REQUIRED)
graphwitness_third_party(fmt fmt::fmt)

find_package(nlohmann_json REQUIRED)
graphwitness_third_party(nlohmann_json nlohmann_json::nlohmann_json)

find_package(Boost REQUIRED COMPONENTS program_options)
graphwitness_third_party(boost_program_options Boost::program_options)

pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
graphwitness_third_party(libzip PkgConfig::LIBZIP)

pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
graphwitness_third_party(libseccomp PkgConfig::SECCOMP)

pkg_check_modules(GRAPHVIZ REQUIRED IMPORTED_TARGET libcgraph libgvc)
graphwitness_third_party(graphviz PkgConfig::GRAPHVIZ)

# Debian 12 installs ONNXConfig.cmake; where it is missing the two libraries are found by name.
find_package(ONNX CONFIG QUIET)
if(TARGET onnx AND TARGET onnx_proto)
  graphwitness_third_party(onnx onnx onnx_proto)
else()
  find_library(ONNX_LIBRARY onnx REQUIRED)
  find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
  find_path(ONNX_INCLUDE_DIR onnx/onnx_pb.h REQUIRED)
  graphwitness_third_party(onnx "${ONNX_LIBRARY}" "${ONNX_PROTO_LIBRARY}")
  target_include_directories(third_party_onnx SYSTEM INTERFACE "${ONNX_INCLUDE_DIR}")
endif()
target_compile_definitions(third_party_onnx INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)
find_package(Protobuf REQUIRED)
target_link_libraries(third_party_onnx INTERFACE protobuf::libprotobuf)

# Any LibTorch from 1.13 on; name another one than the distribution's by CMAKE_PREFIX_PATH.
find_package(Torch 1.13 REQUIRED)
graphwitness_third_party(torch ${TORCH_LIBRARIES})

# ONNX Runtime is opened when an ONNX model is run, never linked: its headers and the place of its library. It may be
# missing (scripts/fetch_onnxruntime.sh).
find_path(ONNXRUNTIME_INCLUDE_DIR onnxruntime_c_api.h HINTS "${PROJECT_SOURCE_DIR}/.deps/onnxruntime/include"
          PATH_SUFFIXES onnxruntime)
find_library(ONNXRUNTIME_LIBRARY onnxruntime HINTS "${PROJECT_SOURCE_DIR}/.deps/onnxruntime/lib")
if(ONNXRUNTIME_INCLUDE_DIR AND ONNXRUNTIME_LIBRARY)
  graphwitness_third_party(onnxruntime)
  target_include_directories(third_party_onnxruntime SYSTEM INTERFACE "${ONNXRUNTIME_INCLUDE_DIR}")
endif()

if(GRAPHWITNESS_TESTS)
  find_package(doctest REQUIRED)
  include("${doctest_DIR}/doctest.cmake")  # doctest_discover_tests
  graphwitness_third_party(doctest doctest::doctest)
endif()
