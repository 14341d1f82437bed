# What only the programs and the tests of this build take from elsewhere; see GraphwitnessThirdParty.cmake.
find_package(Boost REQUIRED COMPONENTS program_options)
graphwitness_third_party(boost_program_options Boost::program_options)

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
