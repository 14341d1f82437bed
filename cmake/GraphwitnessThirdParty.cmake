# What the libraries take from elsewhere, each as one target `third_party_<name>` that a library names after THIRD_PARTY.
# Their headers may lie in /usr/include, where no include path hides them: the test `house/third-party headers` does.
# Installed with the libraries, since whoever links them needs the same.
find_package(PkgConfig REQUIRED)

function(graphwitness_third_party name)
  add_library(third_party_${name} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(third_party_${name} INTERFACE ${ARGN})
endfunction()

find_package(fmt REQUIRED)
graphwitness_third_party(fmt fmt::fmt)
graphwitness_third_party(fmt_header_only fmt::fmt-header-only)

find_package(nlohmann_json REQUIRED)
graphwitness_third_party(nlohmann_json nlohmann_json::nlohmann_json)

find_package(tomlplusplus REQUIRED)
graphwitness_third_party(tomlplusplus tomlplusplus::tomlplusplus)

find_package(ZLIB REQUIRED)
graphwitness_third_party(zlib ZLIB::ZLIB)

find_package(tsl-robin-map REQUIRED)
graphwitness_third_party(robin_map tsl::robin_map)

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
set(GRAPHWITNESS_ONNX_VERSION "${ONNX_VERSION}")
if(NOT GRAPHWITNESS_ONNX_VERSION)
  set(GRAPHWITNESS_ONNX_VERSION unknown)
endif()
target_compile_definitions(third_party_onnx INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)
find_package(Protobuf REQUIRED)
target_link_libraries(third_party_onnx INTERFACE protobuf::libprotobuf)
