#include <isa-l/igzip_lib.h>
#include <stdlib.h>

// A context has arrays that Swift does not import, so it is made and used here. Behind it lies the memory for level 1.
struct logfold_isal {
    struct isal_zstream stream;
    uint8_t level[ISAL_DEF_LVL1_DEFAULT];
};

static inline void *logfold_isal_new(void) { return malloc(sizeof(struct logfold_isal)); }

// The bytes as one complete stream in `room`; returns its length, or 0 where there is too little room.
static inline size_t logfold_isal_compress(
    void *memory, int is_gzip, const void *bytes, size_t count, void *room, size_t size) {
    struct logfold_isal *context = memory;
    struct isal_zstream *stream = &context->stream;
    if (count > UINT32_MAX || size > UINT32_MAX) return 0;
    isal_deflate_init(stream);
    stream->level = 1;
    stream->level_buf = context->level;
    stream->level_buf_size = sizeof(context->level);
    stream->gzip_flag = is_gzip ? IGZIP_GZIP : IGZIP_ZLIB;
    stream->end_of_stream = 1;
    stream->flush = NO_FLUSH;
    stream->next_in = (uint8_t *)bytes;
    stream->avail_in = (uint32_t)count;
    stream->next_out = room;
    stream->avail_out = (uint32_t)size;
    if (isal_deflate(stream) != COMP_OK || stream->internal_state.state != ZSTATE_END) return 0;
    return stream->total_out;
}
