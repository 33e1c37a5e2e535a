# Generate the protobuf-c sources at build time. Debian 12 has both protoc-c and the protoc plug-in; newer
# releases only promise the plug-in.
find_program(CS_PROTOC protoc)
find_program(CS_PROTOC_GEN_C protoc-gen-c)
find_program(CS_PROTOC_C protoc-c)
set(proto_root ${PROJECT_SOURCE_DIR}/proto)
set(proto_out ${PROJECT_BINARY_DIR}/proto)
if(CS_PROTOC AND CS_PROTOC_GEN_C)
  set(proto_command ${CS_PROTOC} --plugin=protoc-gen-c=${CS_PROTOC_GEN_C} -I${proto_root} --c_out=${proto_out})
elseif(CS_PROTOC_C)
  set(proto_command ${CS_PROTOC_C} -I${proto_root} --c_out=${proto_out})
else()
  message(FATAL_ERROR "neither protoc with protoc-gen-c nor protoc-c is installed (Debian: protobuf-compiler protobuf-c-compiler)")
endif()
file(MAKE_DIRECTORY ${proto_out})
set(proto_sources)
foreach(stem chat_message annotated_message dead_letter overdue kpi state)
  set(proto_file chatsieve/v1/${stem}.proto)
  set(generated ${proto_out}/chatsieve/v1/${stem}.pb-c)
  add_custom_command(OUTPUT ${generated}.c ${generated}.h
    COMMAND ${proto_command} ${proto_file}
    WORKING_DIRECTORY ${proto_root}
    DEPENDS ${proto_root}/${proto_file}
    COMMENT "Generating ${stem}.pb-c" VERBATIM)
  list(APPEND proto_sources ${generated}.c ${generated}.h)
endforeach()

# Generated code is compiled without our warnings.
add_library(cs_proto STATIC ${proto_sources})
target_compile_options(cs_proto PRIVATE -w)
target_include_directories(cs_proto SYSTEM PUBLIC ${proto_out})
target_link_libraries(cs_proto PUBLIC PkgConfig::PROTOBUFC)
target_link_libraries(${room} PRIVATE cs_proto PkgConfig::JANSSON)
