# In the build tree the program finds the rule packs and profiles as it does when installed: beside itself, under ../share.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/chatsieve)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/plugin/share/rules ${PROJECT_BINARY_DIR}/share/chatsieve/rules SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/plugin/share/profiles ${PROJECT_BINARY_DIR}/share/chatsieve/profiles SYMBOLIC)
