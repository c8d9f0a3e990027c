"""Papers out (公文): one description of a paper, written as .docx, .pdf or .pptx.

What stands where is GB/T 9704-2012 (layout.py); what a paper says is paper.py.
"""
