#include "support/onnxruntime_library.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "temporary_folder.h"

namespace graphwitness {

TEST_CASE("a library's version is read off its symbols, without opening it") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "libonnxruntime.so").string();
  std::ofstream(path, std::ios::binary) << std::string("names\0OrtGetApiBase\0VERS_9.8.7\0more", 36);
  CHECK(onnxruntime_version(path) == "9.8.7");
  std::ofstream(path, std::ios::binary) << "no library at all";
  CHECK(onnxruntime_version(path).empty());
  CHECK(onnxruntime_version((folder.path() / "missing").string()).empty());
}

}  // namespace graphwitness
