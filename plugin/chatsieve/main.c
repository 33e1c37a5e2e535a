#include "chatsieve/program.h"

#include "base/heap.h"

int main(int argc, char **argv)
{
    cs_heap_tune();
    return cs_program(argc, argv);
}
