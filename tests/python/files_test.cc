#include "python/files.h"

#include <doctest/doctest.h>

#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness::python {

TEST_CASE("a recorded file is found below the folder first, and only if it is Python") {
  const TemporaryFolder root;
  std::filesystem::create_directories(root.path() / "models");
  write_file(root.path() / "models" / "net.py", "here");
  write_file(root.path() / "net.txt", "secret");
  Files files(root.path().string());
  CHECK(files.text("/home/ann/models/net.py") == "here");
  CHECK(files.text("models/net.py") == "here");
  CHECK(files.text("net.txt").empty());
  CHECK(files.text("../net.py").empty());
  CHECK(Files("").text((root.path() / "models" / "net.py").string()) == "here");
}

}  // namespace graphwitness::python
