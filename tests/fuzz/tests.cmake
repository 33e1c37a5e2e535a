# Fuzz targets: tests/fuzz/TARGET.c with its corpus in corpus/TARGET. A test build drives them with replay.c (the corpus,
# then random inputs, the same in every run); with CS_FUZZ, which wants clang, libFuzzer does, with new
# seeds (./run fuzz): a test run that fails by chance would tell nobody which change was wrong.
set(fuzz_dir ${PROJECT_SOURCE_DIR}/tests/fuzz)

add_custom_target(fuzz)

# cs_fuzz(TARGET RANDOM LIBRARY...): RANDOM inputs in every test run.
function(cs_fuzz target random)
  set(name fuzz_${target})
  add_executable(${name} ${fuzz_dir}/${target}.c ${fuzz_dir}/fuzz.c)
  target_compile_options(${name} PRIVATE ${CS_WARNINGS} -Wno-missing-prototypes -Wno-pedantic)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/plugin)
  target_link_libraries(${name} PRIVATE ${ARGN} Threads::Threads)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_dependencies(fuzz ${name})
  if(CS_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  target_sources(${name} PRIVATE ${fuzz_dir}/replay.c)
  add_test(NAME ${name} COMMAND ${name} --random ${random} --seed 1 ${fuzz_dir}/corpus/${target}
    WORKING_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  set_tests_properties(${name} PROPERTIES FAIL_REGULAR_EXPRESSION "${CS_TEST_FAIL}" TIMEOUT 240 LABELS fuzz)
endfunction()

if(NOT CS_SANITIZE STREQUAL "thread")
  cs_fuzz(fold 3000 cs_text)
  cs_fuzz(map 3000 cs_text)
  cs_fuzz(lattice 2000 cs_scan)
  cs_fuzz(rules 1000 cs_filter)
  cs_fuzz(regex 1000 cs_filter)
  cs_fuzz(annotate 1500 cs_filter)
  cs_fuzz(wire 20000 cs_filter cs_proto)
  cs_fuzz(json 20000 cs_filter)
  cs_fuzz(config 2000 cs_kafka)
  target_sources(fuzz_rules PRIVATE ${fuzz_dir}/engine.c)
  target_sources(fuzz_regex PRIVATE ${fuzz_dir}/engine.c ${fuzz_dir}/expression.c)
  target_sources(fuzz_annotate PRIVATE ${fuzz_dir}/engine.c ${fuzz_dir}/cuts.c ${PROJECT_SOURCE_DIR}/tests/annotate/plain.c)
  target_sources(fuzz_wire PRIVATE ${fuzz_dir}/engine.c ${fuzz_dir}/events.c)
  target_sources(fuzz_json PRIVATE ${fuzz_dir}/engine.c ${fuzz_dir}/events.c)
endif()
