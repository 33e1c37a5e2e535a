# The oracle of the tables; only tests need ICU.
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
target_link_libraries(text_test_icu PRIVATE PkgConfig::ICU)
target_link_options(text_test_memory PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
