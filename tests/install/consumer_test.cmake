# Installs into WORK/prefix, builds the project in consumer/ against it, and runs both programs.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "exit status ${status}, expected 0: ${command}\n${text}")
  endif()
  set(text "${text}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK}/prefix" "${WORK}/consumer")
run(${CMAKE_COMMAND} --install "${BUILD}" --prefix "${WORK}/prefix")
run(${CMAKE_COMMAND} -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${WORK}/consumer"
    "-DCMAKE_PREFIX_PATH=${WORK}/prefix" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}"
    "-DMODELS=${MODELS}")
run(${CMAKE_COMMAND} --build "${WORK}/consumer")
run("${WORK}/consumer/consumer")
if(NOT text STREQUAL "aten::relu\n")
  message(FATAL_ERROR "the consumer printed `${text}`, expected `aten::relu`")
endif()
run(${CMAKE_CTEST_COMMAND} --test-dir "${WORK}/consumer" --output-on-failure)
run("${WORK}/prefix/${BINDIR}/graphwitness" --version)
string(FIND "${text}" "graphwitness ${VERSION}" found)
if(NOT found EQUAL 0)
  message(FATAL_ERROR "the installed program printed `${text}`, expected `graphwitness ${VERSION}` first")
endif()
