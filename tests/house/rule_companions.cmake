# A rule's page and test file must exist. The failing case runs in a process of its own, since it stops CMake.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_DIR}/GraphwitnessPasses.cmake")
set(PROJECT_SOURCE_DIR "${WORK}")

if(CHECK_ONLY)
  graphwitness_check_rule("${WORK}/passes/group/some_rule.cc")
  return()
endif()

function(expect wanted_status wanted_text)
  execute_process(COMMAND ${CMAKE_COMMAND} -DCHECK_ONLY=ON "-DWORK=${WORK}" "-DCMAKE_DIR=${CMAKE_DIR}"
                          -P "${CMAKE_CURRENT_LIST_FILE}"
                  RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  string(REGEX REPLACE "[ \n]+" " " text "${text}")  # CMake wraps its messages
  if(NOT status EQUAL wanted_status OR NOT text MATCHES "${wanted_text}")
    message(FATAL_ERROR "got ${status}: ${text}\nexpected ${wanted_status}: ${wanted_text}")
  endif()
endfunction()

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
expect(1 "some_rule.cc has no docs/rules/some-rule.md")
file(WRITE "${WORK}/docs/rules/some-rule.md" "# some-rule\n")
expect(1 "some_rule.cc has no tests/rules/some-rule.ir")
file(WRITE "${WORK}/tests/rules/some-rule.ir" "")
expect(0 "")
