# graphwitness_add_check(NAME MODELS file... [ARGUMENTS option...]): a test of ctest that fails where `graphwitness check` finds
# something. Models, folders and patterns are relative to the current source folder; GRAPHWITNESS_PROGRAM names the program.
function(graphwitness_add_check name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "MODELS;ARGUMENTS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_MODELS)
    message(FATAL_ERROR "graphwitness_add_check(${name}): no MODELS, or bad arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_test(NAME "${name}" COMMAND "${GRAPHWITNESS_PROGRAM}" check ${arg_ARGUMENTS} -- ${arg_MODELS}
           WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
endfunction()
