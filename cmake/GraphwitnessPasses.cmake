# Rules without a list: every passes/*/*.cc is one rule. This writes the table of them, and embeds their pages.

# A file name's stem is the rule's id with underscores; its page and its test cases must be there.
function(graphwitness_check_rule source)
  cmake_path(GET source STEM stem)
  string(REPLACE "_" "-" id "${stem}")
  foreach(companion "docs/rules/${id}.md" "tests/rules/${id}.ir")
    if(NOT EXISTS "${PROJECT_SOURCE_DIR}/${companion}")
      message(FATAL_ERROR "${source} has no ${companion}")
    endif()
  endforeach()
endfunction()

# Writes only what changed, so that configuring again compiles nothing again.
function(graphwitness_write_if_different path content)
  set(old "")
  if(EXISTS "${path}")
    file(READ "${path}" old)
  endif()
  if(NOT old STREQUAL content)
    file(WRITE "${path}" "${content}")
  endif()
endfunction()

function(graphwitness_write_rules output)
  set(declarations "")
  set(entries "")
  foreach(source IN LISTS ARGN)
    cmake_path(GET source STEM stem)
    string(APPEND declarations "extern const Rule rule_${stem};\n")
    string(APPEND entries "    &rule_${stem},\n")
  endforeach()
  list(LENGTH ARGN count)
  graphwitness_write_if_different("${output}" "// Written by CMake from passes/*/*.cc.
#include <array>

#include \"graphwitness/rules/rule.h\"
#include \"rules/registry.h\"

namespace graphwitness {
${declarations}
namespace {

constexpr std::array<const Rule*, ${count}> kRules{
${entries}};

}  // namespace

std::span<const Rule* const> all_rules() { return kRules; }

}  // namespace graphwitness
")
endfunction()

function(graphwitness_write_pages output)
  set(entries "")
  foreach(page IN LISTS ARGN)
    cmake_path(GET page STEM id)
    file(READ "${page}" text)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${page}")
    string(FIND "${text}" ")page\"" clash)
    if(NOT clash EQUAL -1)
      message(FATAL_ERROR "${page} contains the mark that ends a page in the program: )page\"")
    endif()
    string(APPEND entries "    RulePage{\"${id}\", R\"page(${text})page\"},\n")
  endforeach()
  list(LENGTH ARGN count)
  graphwitness_write_if_different("${output}" "// Written by CMake from docs/rules/*.md.
#include <array>

#include \"rules/pages/pages.h\"

namespace graphwitness {
namespace {

constexpr std::array<RulePage, ${count}> kPages{
${entries}};

}  // namespace

std::span<const RulePage> rule_pages() { return kPages; }

}  // namespace graphwitness
")
endfunction()

# The tables of PyTorch's exporters as text in the program: data/onnx_exporter/pytorch-VERSION.txt.
function(graphwitness_write_exporter_tables output)
  set(entries "")
  foreach(table IN LISTS ARGN)
    file(READ "${table}" text)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${table}")
    string(FIND "${text}" ")table\"" clash)
    if(NOT clash EQUAL -1)
      message(FATAL_ERROR "${table} contains the mark that ends a table in the program: )table\"")
    endif()
    string(APPEND entries "    R\"table(${text})table\",\n")
  endforeach()
  list(LENGTH ARGN count)
  graphwitness_write_if_different("${output}" "// Written by CMake from data/onnx_exporter/*.txt.
#include <array>

#include \"rules/exporter_table.h\"

namespace graphwitness {
namespace {

constexpr std::array<std::string_view, ${count}> kTables{
${entries}};

}  // namespace

std::span<const std::string_view> exporter_table_texts() { return kTables; }

}  // namespace graphwitness
")
endfunction()
