#include <doctest/doctest.h>

#include <string>

#include "frontends/torchscript/worker.h"

namespace graphwitness {
namespace {

void check_refused(std::string_view name, std::string_view reason) {
  const std::string path = fixture(name);
  const std::string line = refusal(path);
  CAPTURE(line);
  CHECK(line.starts_with("`" + path + "`: "));
  CHECK(line.find(reason) != line.npos);
  CHECK(line.find(".cpp") == line.npos);
}

}  // namespace

TEST_CASE("what is no archive") {
  check_refused("bad/empty.pt", "empty file");
  check_refused("bad/text.pt", "not a zip file");
  check_refused("bad/plain_pickle.pt", "a Python pickle");
  check_refused("bad/truncated.pt", "truncated");
  check_refused("bad/no_such_file.pt", "cannot be opened");
}

TEST_CASE("a checkpoint is told from a model") {
  check_refused("bad/checkpoint.pt", "a `torch.save` checkpoint, not a model");
  check_refused("bad/checkpoint_legacy.pt", "a `torch.save` checkpoint");
}

TEST_CASE("archives that lack a part") {
  check_refused("bad/model_json.pt", "`model.json`");
  check_refused("bad/no_code.pt", "without code");
  check_refused("bad/no_constants_pkl.pt", "`constants.pkl`");
  check_refused("bad/no_data_pkl.pt", "`data.pkl`");
  check_refused("bad/no_version.pt", "`version`");
  check_refused("bad/no_weights.pt", "is missing");
  check_refused("bad/zip_without_model.pt", "expected a TorchScript archive");
}

TEST_CASE("archives that are damaged") {
  check_refused("bad/broken_pickle.pt", "record `data.pkl` is damaged");
  check_refused("bad/broken_code.pt", "cannot compile the archive's code");
  check_refused("bad/short_weights.pt", "truncated or damaged");
  check_refused("bad/broken_version.pt", "no version number");
  check_refused("bad/future_version.pt", "format version 999");
}

TEST_CASE("unknown custom classes are named") { check_refused("custom_ops/unknown_class.pt", "`nosuch.Thing`"); }

}  // namespace graphwitness
