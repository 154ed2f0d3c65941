# understudy_room(NAME face SOURCES a.cpp ... NEEDS base image ... [LIBS opencv::core ...] [TESTS a_test.cpp ...]
#                 [TEST_LIBS ...] [LABELS parity] [TORCH] [OVER_TORCH] [REAL_TESTS] [COLD] [ONE_THREAD])
# One room = one static library understudy_NAME, one test program NAME_test holding all its tests, and the right to
# include and link exactly the rooms in NEEDS. Headers are included from the repository root: "lib/face/landmarks.hpp".
# TORCH marks a room that compiles against LibTorch; such rooms share one precompiled header. OVER_TORCH: it needs such a
# room itself without, so that its tests link LibTorch. COLD: nobody waits for this
# code; it is optimised a little, which builds in two thirds of the time. ONE_THREAD: its tests' networks are so small that
# LibTorch's threads would do nothing but wait for one another, which takes four times the processor time.
add_library(understudy_flags INTERFACE)
target_compile_features(understudy_flags INTERFACE cxx_std_20)
target_include_directories(understudy_flags INTERFACE ${CMAKE_SOURCE_DIR})
# -pthread: some libraries ask for it, and precompiled headers want the same everywhere.
target_compile_options(understudy_flags INTERFACE -pthread -Wall -Wextra -Wno-missing-field-initializers)
# Where files are compiled together (below), a name in one is no concern of another's, nor are they headers.
target_compile_options(understudy_flags INTERFACE
  $<IF:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>,-Wno-subobject-linkage,-Wshadow>)
# Warnings are errors with the compiler that the project is developed with; a newer one may know new warnings.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(understudy_flags INTERFACE -Werror)
endif()
if(UNDERSTUDY_SANITIZE)
  # What is opened by name is looked for along the RUNPATH of whoever calls dlopen, which is the sanitizer's here, not the
  # program's; a program's RPATH counts for all. (lib/infer opens OpenVINO's side so.)
  target_link_options(understudy_flags INTERFACE -Wl,--disable-new-dtags)
endif()
if(UNDERSTUDY_SANITIZE STREQUAL "thread")
  target_compile_options(understudy_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(understudy_flags INTERFACE -fsanitize=thread)
elseif(UNDERSTUDY_SANITIZE)
  target_compile_options(understudy_flags INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer)
  target_link_options(understudy_flags INTERFACE -fsanitize=address,undefined)
endif()
if(UNDERSTUDY_FUZZ)  # what the fuzz targets call tells them where it has been
  target_compile_options(understudy_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# The shared precompiled LibTorch header (its headers take most of a minute to parse).
file(WRITE ${CMAKE_BINARY_DIR}/torch_pch.cpp "// The home of the precompiled LibTorch header.\n")
add_library(understudy_torch_pch STATIC ${CMAKE_BINARY_DIR}/torch_pch.cpp)
target_link_libraries(understudy_torch_pch PUBLIC understudy_flags torch::torch fmt::fmt nlohmann_json::nlohmann_json)
target_precompile_headers(understudy_torch_pch PRIVATE <torch/autograd.h> <torch/cuda.h> <torch/types.h> <torch/utils.h>)

# The same for the rooms without LibTorch, which all include these: half of a compilation went into reading them. Their
# tests have one with GoogleTest. Files still name what they include: `cmake -DUNDERSTUDY_PCH=OFF` shows what is missing.
option(UNDERSTUDY_PCH "Rooms without LibTorch share precompiled headers" ON)
set(common_headers <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <condition_variable> <cstdint> <cstring> <deque>
  <filesystem> <fstream> <functional> <limits> <map> <memory> <mutex> <numbers> <numeric> <optional> <random> <set>
  <span> <sstream> <string> <string_view> <thread> <unordered_map> <utility> <vector>
  <fmt/format.h> <nlohmann/json.hpp> <tl/expected.hpp>)
function(understudy_pch NAME)
  file(WRITE ${CMAKE_BINARY_DIR}/${NAME}.cpp "// The home of a precompiled header.\n")
  add_library(understudy_${NAME} STATIC ${CMAKE_BINARY_DIR}/${NAME}.cpp)
  target_link_libraries(understudy_${NAME} PUBLIC understudy_flags fmt::fmt nlohmann_json::nlohmann_json tl::expected ${ARGN})
endfunction()
if(UNDERSTUDY_PCH)
  understudy_pch(pch)
  target_precompile_headers(understudy_pch PRIVATE ${common_headers})
  understudy_pch(test_pch GTest::gtest GTest::gmock)
  target_precompile_headers(understudy_test_pch PRIVATE ${common_headers} <gmock/gmock.h> <gtest/gtest.h>)
endif()
# For a target without LibTorch: WITH is pch, or test_pch.
function(understudy_use_pch TARGET WITH)
  get_target_property(type ${TARGET} TYPE)
  if(UNDERSTUDY_PCH AND NOT type STREQUAL "INTERFACE_LIBRARY")
    target_precompile_headers(${TARGET} REUSE_FROM understudy_${WITH})
  endif()
endfunction()

# Files of one target are compiled some at a time: most of a short file's time is what the compiler instantiates for the
# precompiled header, once for each run of it (a second; with LibTorch four). A change then compiles its neighbours too, so
# who works on the code turns it off (the dev preset, or -DUNDERSTUDY_UNITY=OFF). The presets for a build from nothing have it.
# What is embedded or has flags of its own stays alone.
option(UNDERSTUDY_UNITY "Compile several files of a room at once: sooner from nothing, later after a change" OFF)
set(UNDERSTUDY_UNITY_FILES 8 CACHE STRING "How many files at most")
function(understudy_unity TARGET)
  get_target_property(sources ${TARGET} SOURCES)
  if(NOT UNDERSTUDY_UNITY OR NOT sources)
    return()
  endif()
  set(together 0)
  foreach(source ${sources})
    cmake_path(IS_PREFIX CMAKE_BINARY_DIR "${source}" made)
    if(made)
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    else()
      math(EXPR together "${together} + 1")
    endif()
  endforeach()
  # Of equal size, so that none waits for one long run.
  math(EXPR runs "(${together} + ${UNDERSTUDY_UNITY_FILES} - 1) / ${UNDERSTUDY_UNITY_FILES}")
  math(EXPR each "(${together} + ${runs} - 1) / ${runs}")
  set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${each})
endfunction()

add_custom_target(tests_without_torch)

# Filmed people and files that DeepFaceLab wrote lie outside the repository. Suites named Real* (REAL_TESTS) use them and are
# tests of their own where they are there; everything else is held by drawn people and the sets in tests/golden.
set(UNDERSTUDY_REAL_DATA OFF)
if(EXISTS ${CMAKE_SOURCE_DIR}/../shared/reference AND EXISTS ${CMAKE_SOURCE_DIR}/../shared/media)
  set(UNDERSTUDY_REAL_DATA ON)
else()
  message(STATUS "No filmed clips and reference data beside the project: the tests named *_real and parity are left out")
endif()

function(understudy_room)
  cmake_parse_arguments(ROOM "TORCH;OVER_TORCH;REAL_TESTS;COLD;ONE_THREAD" "NAME" "SOURCES;NEEDS;LIBS;TESTS;TEST_LIBS;LABELS" ${ARGN})
  set(target understudy_${ROOM_NAME})
  list(TRANSFORM ROOM_NEEDS PREPEND understudy_)
  if(ROOM_SOURCES)
    add_library(${target} STATIC ${ROOM_SOURCES})
    target_link_libraries(${target} PUBLIC understudy_flags ${ROOM_NEEDS} PRIVATE ${ROOM_LIBS})
    understudy_unity(${target})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE understudy_flags ${ROOM_NEEDS})
  endif()
  if(ROOM_TORCH)
    target_link_libraries(${target} PRIVATE torch::torch fmt::fmt nlohmann_json::nlohmann_json)
    target_precompile_headers(${target} REUSE_FROM understudy_torch_pch)
  else()
    understudy_use_pch(${target} pch)
  endif()
  if(ROOM_COLD)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
  if(ROOM_TESTS)
    add_executable(${ROOM_NAME}_test ${ROOM_TESTS})
    understudy_unity(${ROOM_NAME}_test)
    target_link_libraries(${ROOM_NAME}_test PRIVATE ${target} ${ROOM_LIBS} ${ROOM_TEST_LIBS} GTest::gtest GTest::gmock GTest::gtest_main)
    if(ROOM_TORCH)
      target_link_libraries(${ROOM_NAME}_test PRIVATE torch::torch fmt::fmt nlohmann_json::nlohmann_json)
      target_precompile_headers(${ROOM_NAME}_test REUSE_FROM understudy_torch_pch)
    else()
      target_compile_options(${ROOM_NAME}_test PRIVATE $<$<CONFIG:Release>:-O1>)  # a third less time to build
      understudy_use_pch(${ROOM_NAME}_test test_pch)
    endif()
    add_test(NAME ${ROOM_NAME} COMMAND ${ROOM_NAME}_test --gtest_filter=-Real* WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${ROOM_NAME} PROPERTIES LABELS "cpu;${ROOM_LABELS}" TIMEOUT 900
      ENVIRONMENT XDG_STATE_HOME=${CMAKE_BINARY_DIR}/test-state)  # what is kept for a user
    if(ROOM_ONE_THREAD)
      set_property(TEST ${ROOM_NAME} APPEND PROPERTY ENVIRONMENT OMP_NUM_THREADS=1)
    endif()
    if(NOT ROOM_TORCH AND NOT ROOM_OVER_TORCH)
      add_dependencies(tests_without_torch ${ROOM_NAME}_test)
      set_property(TEST ${ROOM_NAME} APPEND PROPERTY LABELS without_torch)
    endif()
    if(ROOM_REAL_TESTS AND UNDERSTUDY_REAL_DATA)
      add_test(NAME ${ROOM_NAME}_real COMMAND ${ROOM_NAME}_test --gtest_filter=Real* WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
      set_tests_properties(${ROOM_NAME}_real PROPERTIES LABELS "cpu;real;${ROOM_LABELS}" TIMEOUT 900
        ENVIRONMENT XDG_STATE_HOME=${CMAKE_BINARY_DIR}/test-state)
    endif()
  endif()
endfunction()
