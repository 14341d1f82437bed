#include "exec/inputs/npy.h"

#include <doctest/doctest.h>

#include "exec/compare/elements.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

std::string npy(const std::string& header, const std::string& data) {
  std::string length(2, '\0');
  length[0] = static_cast<char>(header.size() & 0xFFU);
  length[1] = static_cast<char>(header.size() >> 8U);
  return std::string("\x93NUMPY\x01\x00", 8) + length + header + data;
}

std::string header(const std::string& type, const std::string& shape, const char* fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

std::string refusal(const std::string& bytes) {
  try {
    read_npy(bytes);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& bytes, const char* part) { return refusal(bytes).find(part) != std::string::npos; }

}  // namespace

TEST_CASE("little and big endian, row and column major") {
  const std::string four("\1\0\2\0\3\0\4\0", 8);
  const Tensor plain = read_npy(npy(header("<i2", "(2, 2)"), four));
  CHECK(plain.dtype == DType::i16);
  CHECK(plain.sizes == std::vector<std::int64_t>{2, 2});
  CHECK(element(plain, 1) == 2);
  CHECK(element(read_npy(npy(header(">i2", "(2, 2)"), four)), 1) == 512);
  const Tensor column = read_npy(npy(header("<i2", "(2, 2)", "True"), four));
  CHECK(element(column, 0) == 1);
  CHECK(element(column, 1) == 3);
  CHECK(element(column, 2) == 2);
  CHECK(element(column, 3) == 4);
}

TEST_CASE("no dimension, one, and none of its elements") {
  CHECK(read_npy(npy(header("<f4", "()"), std::string(4, '\0'))).sizes.empty());
  CHECK(read_npy(npy(header("|u1", "(3,)"), "abc")).sizes == std::vector<std::int64_t>{3});
  CHECK(read_npy(npy(header("<f8", "(0, 7)", "True"), "")).bytes.empty());
  CHECK(element(read_npy(npy(header("|b1", "(1,)"), "\x07")), 0) == 1);
}

TEST_CASE("bad files are refused with what is wrong") {
  CHECK(says("\x93NUMPY", "truncated"));
  CHECK(says(std::string("\x93NUMPY\x01\x00\xff\xff", 10) + "{}", "truncated"));
  CHECK(says(npy(header("<f4", "(2,)"), "1234567"), "truncated"));
  CHECK(says(npy(header("<f4", "(4611686018427387904, 4611686018427387904)"), "1234"), "truncated"));
  CHECK(says(npy(header("<f4", "(-1,)"), "1234"), "shape"));
  CHECK(says(npy(header("|O", "(1,)"), "12345678"), "`|O`"));
  CHECK(says(npy(header("<U5", "(1,)"), "12345678"), "`<U5`"));
  CHECK(says(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "1234"), "records"));
  CHECK(says(npy("{}", ""), "descr"));
}

}  // namespace graphwitness::exec
